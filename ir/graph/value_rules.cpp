#include "ir/graph/value_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <variant>
#include <vector>

#include "ir/graph/enum_names.h"
#include "ir/graph/op_fields.h"
#include "ir/image/reference.h"
#include "ir/text/url_text.h"

namespace cooper {
namespace {

constexpr uint32_t kMaxMode = 07777;

template <typename T>
bool HasNul(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return value.find('\0') != std::string::npos;
  } else if constexpr (std::is_same_v<T, std::optional<std::string>>) {
    return value && HasNul(*value);
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return std::any_of(value.begin(), value.end(), HasNul<std::string>);
  } else {
    return false;
  }
}

// No `..` anywhere: such a path could leave the tree that it is meant for.
bool HasParentPart(std::string_view path) {
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    if (path.substr(begin, end - begin) == "..") return true;
    begin = end + 1;
  }
  return false;
}

Fault CheckPath(std::string_view field, std::string_view path) {
  if (IsCleanAbsolutePath(path)) return std::nullopt;
  return fmt::format("`{}` is `{}`; it must be an absolute path without `.`, `..` and empty parts",
                     field, path);
}

Fault CheckPathBelowRoot(std::string_view field, std::string_view path) {
  if (path == "/") return fmt::format("`{}` must not be `/`", field);
  return CheckPath(field, path);
}

Fault CheckMode(std::string_view field, uint32_t mode) {
  if (mode <= kMaxMode) return std::nullopt;
  return fmt::format("`{}` is {:#o}; the limit is {:#o}", field, mode, kMaxMode);
}

Fault CheckGiven(std::string_view field, std::string_view value) {
  if (!value.empty()) return std::nullopt;
  return fmt::format("`{}` is empty", field);
}

// "name=value" entries with a name.
Fault CheckAssignments(std::string_view field, const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fmt::format("`{}` has `{}`; an entry is `name=value`", field, entry);
    }
  }
  return std::nullopt;
}

// A destination may end in `/`, which makes it a directory.
Fault CheckDestination(std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return CheckPath("to", path);
}

Fault CheckFrom(const std::vector<std::string>& from) {
  if (from.empty()) return "`from` is empty";
  for (const std::string& path : from) {
    if (path.empty()) return "`from` has an empty path";
    if (HasParentPart(path)) return fmt::format("`from` has `{}`; `..` leaves the source", path);
  }
  return std::nullopt;
}

#define COOPER_RETURN_IF_FAULT(expression) \
  if (Fault found_fault = (expression)) return found_fault

Fault Check(const SourceImageOp& op) {
  COOPER_RETURN_IF_FAULT(CheckGiven("reference", op.reference));
  if (const auto parsed = Reference::Parse(op.reference); !parsed.ok()) {
    return parsed.error().message();
  }
  return op.platform ? CheckPlatform(*op.platform) : std::nullopt;
}

Fault Check(const SourceContextOp& op) { return CheckGiven("name", op.name); }

Fault Check(const SourceGitOp& op) {
  COOPER_RETURN_IF_FAULT(CheckGiven("url", op.url));
  const bool http = op.url.starts_with("http://") || op.url.starts_with("https://");
  if (http && !SplitUserinfo(op.url).userinfo.empty()) {
    return "`url` has a user name or password in it";
  }
  if (op.commit) COOPER_RETURN_IF_FAULT(CheckGiven("commit", *op.commit));
  if (op.checksum.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return fmt::format(
        "`checksum` is `{}`; it is the beginning of a commit's name, in lower-case "
        "hexadecimal digits",
        op.checksum);
  }
  if (HasParentPart(op.subdir)) return "`subdir` has `..`, which leaves the repository";
  return std::nullopt;
}

Fault Check(const SourceHttpOp& op) {
  COOPER_RETURN_IF_FAULT(CheckGiven("url", op.url));
  // Not shown: what is wrong with it is the secret in it.
  if (!SplitUserinfo(op.url).userinfo.empty()) return "`url` has a user name or password in it";
  if (op.checksum && (op.pin || op.mtime != 0)) {
    return "`checksum` is a pin already; `pin` and `mtime` go without it";
  }
  if (op.mtime != 0 && !op.pin) return "`mtime` goes with a `pin`";
  if (op.filename.find('/') != std::string::npos || op.filename == "." || op.filename == "..") {
    return fmt::format("`filename` is `{}`; it must be the name of one file", op.filename);
  }
  return std::nullopt;
}

Fault Check(const SourceLayoutOp& op) {
  COOPER_RETURN_IF_FAULT(CheckGiven("path", op.path));
  return op.platform ? CheckPlatform(*op.platform) : std::nullopt;
}

Fault Check(const SourceScratchOp&) { return std::nullopt; }

Fault Check(const ExecOp& op) {
  if (op.args.empty() || op.args[0].empty()) return "`args` names no command";
  // Entries without `=` come from base images and reach the command as they are.
  if (std::find(op.env.begin(), op.env.end(), "") != op.env.end())
    return "`env` has an empty entry";
  COOPER_RETURN_IF_FAULT(CheckPath("cwd", op.cwd));
  if (std::find(op.devices.begin(), op.devices.end(), "") != op.devices.end()) {
    return "`devices` has an empty name";
  }
  for (const std::string& name : op.proxy_env) {
    if (name.empty() || name.find('=') != std::string::npos) {
      return fmt::format("`proxy_env` has `{}`; it holds names of variables", name);
    }
  }
  return CheckAssignments("extra_hosts", op.extra_hosts);
}

Fault Check(const FileCopyOp& op) {
  COOPER_RETURN_IF_FAULT(CheckFrom(op.from));
  return CheckDestination(op.to);
}

Fault Check(const FileUnpackOp& op) {
  COOPER_RETURN_IF_FAULT(CheckFrom(op.from));
  return CheckDestination(op.to);
}

Fault Check(const FileMkdirOp& op) {
  COOPER_RETURN_IF_FAULT(CheckPath("path", op.path));
  return CheckMode("mode", op.mode);
}

Fault Check(const FileMkfileOp& op) {
  COOPER_RETURN_IF_FAULT(CheckPathBelowRoot("path", op.path));
  return CheckMode("mode", op.mode);
}

Fault Check(const FileRemoveOp& op) { return CheckPathBelowRoot("path", op.path); }
Fault Check(const MergeOp&) { return std::nullopt; }
Fault Check(const DiffOp&) { return std::nullopt; }

}  // namespace

bool IsVertexName(std::string_view name) {
  bool word = false;
  for (const char c : name) {
    if (c == '.') {
      if (!word) return false;
      word = false;
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-') {
      word = true;
    } else {
      return false;
    }
  }
  return word;
}

bool IsCleanAbsolutePath(std::string_view path) {
  if (!path.starts_with('/')) return false;
  if (path == "/") return true;
  for (size_t begin = 1; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

Fault CheckOp(const Op& op) {
  return std::visit(
      [](const auto& concrete) -> Fault {
        Fault nul;
        VisitFields(concrete, [&](std::string_view name, const auto& member) {
          // What a file contains is the one value that no system call takes.
          if (name != "data" && HasNul(member)) {
            nul = fmt::format("`{}` has a NUL byte", name.empty() ? "value" : name);
          }
        });
        return nul ? nul : Check(concrete);
      },
      op);
}

std::span<const std::string_view> MountFieldsOf(MountType type) {
  // LANGREF.md, "Mounts", has the same table.
  static const std::array<std::vector<std::string_view>, EnumNames<MountType>::kNames.size()>
      kFields = {{
          {"from", "target", "source", "read_only"},
          {"from", "id", "target", "source", "read_only", "sharing", "mode", "uid", "gid"},
          {"target", "read_only", "size"},
          {"id", "target", "mode", "uid", "gid", "required", "env"},
          {"id", "target", "mode", "uid", "gid", "required"},
      }};
  return kFields[static_cast<size_t>(type)];
}

Fault CheckMount(const Mount& mount) {
  const std::span<const std::string_view> known = MountFieldsOf(mount.type);
  const Mount defaults;
  Fault fault;
  const auto check_known = [&](std::string_view name, bool is_set) {
    if (is_set && std::find(known.begin(), known.end(), name) == known.end()) {
      fault = fmt::format("a {} mount has no `{}`", NameOf(mount.type), name);
    }
  };
  check_known("from", mount.input.has_value());
  // Walks the defaults beside the mount: both lists have one order.
  VisitMountFields(mount, [&](std::string_view name, const auto& member) {
    if (HasNul(member)) fault = fmt::format("`{}` has a NUL byte", name);
    VisitMountFields(defaults, [&](std::string_view other, const auto& value) {
      if constexpr (std::is_same_v<decltype(member), decltype(value)>) {
        if (other == name) check_known(name, member != value);
      }
    });
  });
  if (fault) return fault;

  if (mount.type == MountType::kBind && !mount.input) return "a bind mount needs `from`";
  const bool secret = mount.type == MountType::kSecret;
  const bool has_id = secret || mount.type == MountType::kCache || mount.type == MountType::kSsh;
  if (has_id) COOPER_RETURN_IF_FAULT(CheckGiven("id", mount.id));
  // A secret may be a variable alone.
  if (!secret || mount.env.empty() || !mount.target.empty()) {
    COOPER_RETURN_IF_FAULT(CheckPathBelowRoot("target", mount.target));
  }
  if (HasParentPart(mount.source)) return "`source` has `..`, which leaves the input";
  if (!mount.source.empty() && !mount.input) return "`source` needs `from`";
  if (mount.env.find('=') != std::string::npos) return "`env` is the name of one variable";
  return mount.mode ? CheckMode("mode", *mount.mode) : std::nullopt;
}

Fault CheckPlatform(const Platform& platform) {
  const auto well_formed = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '.' || c == '-';
    });
  };
  if (platform.os.empty() || platform.architecture.empty() || !well_formed(platform.os) ||
      !well_formed(platform.architecture) || !well_formed(platform.variant)) {
    return fmt::format("platform `{}` is not os/architecture[/variant]", platform.ToString());
  }
  return std::nullopt;
}

}  // namespace cooper
