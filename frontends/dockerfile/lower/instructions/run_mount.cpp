#include "frontends/dockerfile/lower/instructions/run_mount.h"

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>

#include <array>
#include <charconv>
#include <set>
#include <string>
#include <utility>

#include "frontends/dockerfile/operands/mount_fields.h"
#include "frontends/dockerfile/operands/path.h"
#include "ir/text/csv.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr std::string_view kTypes[] = {"bind", "cache", "tmpfs", "secret", "ssh"};
constexpr std::string_view kSharings[] = {"shared", "private", "locked"};
constexpr std::string_view kKeys[] = {"type",      "target", "dst",      "destination", "source",
                                      "src",       "from",   "ro",       "readonly",    "rw",
                                      "readwrite", "id",     "sharing",  "size",        "mode",
                                      "uid",       "gid",    "required", "env"};

std::string Lower(std::string_view text) {
  return llvm::StringRef(text.data(), text.size()).lower();
}

// One flag on its way to a Mount.
class MountReader {
 public:
  MountReader(const Instruction& instruction, const Flag& flag, StageLowering& stage)
      : instruction_(instruction), range_(instruction.RangeOf(flag)), stage_(stage), flag_(flag) {}

  std::optional<Mount> Read(std::vector<Edge>& inputs);

 private:
  bool Fail(std::string message, DiagnosticKind kind = DiagnosticKind::kInvalidFlag) {
    stage_.Report(kind, range_, std::move(message));
    return false;
  }
  bool ReadType(const std::vector<std::string>& fields);
  bool CheckRepeated(const std::vector<std::string>& fields);
  bool ReadField(const std::string& field);
  bool ReadValue(const std::string& key, const std::string& value, const std::string& field);
  bool ReadBool(const std::string& key, const std::optional<std::string>& value);
  bool ReadSize(const std::string& value);
  bool ReadNumber(const std::string& value, int base, std::optional<uint32_t>& number,
                  std::string_view key);
  bool Finish(std::vector<Edge>& inputs);
  bool FinishSecret();
  bool FinishTree(std::vector<Edge>& inputs);
  bool Is(MountType type) const { return mount_.type == type; }
  std::string_view TypeName() const { return kTypes[static_cast<size_t>(mount_.type)]; }

  const Instruction& instruction_;
  SourceRange range_;
  StageLowering& stage_;
  const Flag& flag_;
  Mount mount_;
  std::optional<bool> read_only_;
  std::optional<std::string> from_;
};

bool MountReader::ReadType(const std::vector<std::string>& fields) {
  for (const std::string& field : fields) {
    const auto [key, value] = ReadMountField(field);
    if (key != "type" || !value) continue;
    const std::string name = Lower(*value);
    bool known = false;
    for (size_t i = 0; i < std::size(kTypes); ++i) {
      if (name != kTypes[i]) continue;
      mount_.type = static_cast<MountType>(i);
      known = true;
    }
    if (known) continue;
    const std::optional<std::string_view> nearest = NearestName(name, kTypes);
    return Fail(fmt::format("unsupported mount type `{}`{}", *value,
                            nearest ? fmt::format("; did you mean `{}`?", *nearest)
                                    : "; there are bind, cache, tmpfs, secret and ssh"));
  }
  return true;
}

// Whichever counted, a reader could take the other one for it.
bool MountReader::CheckRepeated(const std::vector<std::string>& fields) {
  constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
      {"dst", "target"}, {"destination", "target"}, {"src", "source"}};
  std::set<std::string> seen;
  for (const std::string& field : fields) {
    std::string key = ReadMountField(field).key;
    for (const auto& [other, name] : kOtherNames) {
      if (key == other) key = name;
    }
    if (!seen.insert(key).second) {
      return Fail(fmt::format("`{}` is given twice; give it once", key));
    }
  }
  return true;
}

bool MountReader::ReadBool(const std::string& key, const std::optional<std::string>& value) {
  const bool given = !value || *value == "true" || *value == "1";
  if (value && !given && *value != "false" && *value != "0") {
    return Fail(fmt::format("invalid value `{}` for `{}`; write `true` or `false`", *value, key));
  }
  if (key == "required") {
    if (!Is(MountType::kSecret) && !Is(MountType::kSsh)) {
      return Fail(fmt::format("unexpected key `required` in a mount of type `{}`", TypeName()));
    }
    mount_.required = given;
  } else {
    const bool read_only_key = key == "ro" || key == "readonly";
    read_only_ = read_only_key == given;
  }
  return true;
}

bool MountReader::ReadNumber(const std::string& value, int base, std::optional<uint32_t>& number,
                             std::string_view key) {
  if (Is(MountType::kBind) || Is(MountType::kTmpfs)) {
    return Fail(fmt::format("`{}` not allowed for `{}` type mounts", key, TypeName()));
  }
  uint32_t parsed = 0;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), parsed, base);
  if (error != std::errc() || end != value.data() + value.size() || (base == 8 && parsed > 07777)) {
    return Fail(fmt::format("invalid value `{}` for `{}`; give {}", value, key,
                            base == 8 ? "an octal mode up to 07777" : "a number"));
  }
  // chown(2) takes it for "leave as it is".
  if (parsed == UINT32_MAX) {
    return Fail(fmt::format("`{}` is {}, which no user or group can be", key, value));
  }
  number = parsed;
  return true;
}

bool MountReader::ReadSize(const std::string& value) {
  if (!Is(MountType::kTmpfs)) {
    return Fail(fmt::format("`size` not allowed for `{}` type mounts", TypeName()));
  }
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  std::string unit =
      Lower(std::string_view(end, static_cast<size_t>(value.data() + value.size() - end)));
  if (unit.ends_with('b')) unit.pop_back();
  if (unit.ends_with('i')) unit.pop_back();
  const size_t power = unit.empty() ? 0 : std::string_view("kmgt").find(unit) + 1;
  if (error != std::errc() || unit.size() > 1 || (power == 0 && !unit.empty()) ||
      number > (uint64_t{1} << 62) >> (10 * power)) {
    return Fail(fmt::format("invalid value `{}` for `size`; write it as `512m`", value));
  }
  mount_.size_bytes = number << (10 * power);
  return true;
}

bool MountReader::ReadValue(const std::string& key, const std::string& value,
                            const std::string& field) {
  if (key == "target" || key == "dst" || key == "destination") {
    mount_.target = value;
  } else if (key == "source" || key == "src") {
    if (Is(MountType::kSsh)) return Fail("ssh does not support source");
    if (Is(MountType::kSecret)) {
      if (!mount_.id.empty()) return Fail("both source and id can't be set; give `id` alone");
      mount_.id = value;
    } else {
      mount_.source = value;
    }
  } else if (key == "id") {
    if (Is(MountType::kSecret) && !mount_.id.empty()) {
      return Fail("both source and id can't be set; give `id` alone");
    }
    // On a bind or tmpfs it stands for nothing, and may stand there.
    if (!Is(MountType::kBind) && !Is(MountType::kTmpfs)) mount_.id = value;
  } else if (key == "sharing") {
    if (!Is(MountType::kCache)) {
      return Fail(fmt::format("invalid cache sharing set for {} mount", TypeName()));
    }
    const std::string name = Lower(value);
    for (size_t i = 0; i < std::size(kSharings); ++i) {
      if (name != kSharings[i]) continue;
      mount_.sharing = static_cast<CacheSharing>(i);
      return true;
    }
    const std::optional<std::string_view> nearest = NearestName(name, kSharings);
    return Fail(fmt::format("unsupported sharing value `{}`{}", value,
                            nearest ? fmt::format("; did you mean `{}`?", *nearest)
                                    : "; there are shared, private and locked"));
  } else if (key == "size") {
    return ReadSize(value);
  } else if (key == "mode") {
    return ReadNumber(value, 8, mount_.mode, key);
  } else if (key == "uid") {
    return ReadNumber(value, 10, mount_.uid, key);
  } else if (key == "gid") {
    return ReadNumber(value, 10, mount_.gid, key);
  } else if (key == "env") {
    if (!Is(MountType::kSecret)) {
      return Fail(fmt::format("`env` not allowed for `{}` type mounts", TypeName()));
    }
    if (value.empty() || value.find('=') != std::string::npos) {
      return Fail("`env` of a secret mount needs the name of a variable");
    }
    mount_.env = value;
  } else {
    const std::optional<std::string_view> nearest = NearestName(key, kKeys);
    return Fail(fmt::format("unexpected key `{}` in `{}`{}", key, field,
                            nearest ? fmt::format("; did you mean `{}`?", *nearest) : ""));
  }
  return true;
}

bool MountReader::ReadField(const std::string& field) {
  const auto [key, value] = ReadMountField(field);
  if (key == "type" && value) return true;
  const bool is_bool =
      key == "ro" || key == "readonly" || key == "rw" || key == "readwrite" || key == "required";
  if (!value && !is_bool) {
    return Fail(fmt::format("invalid field `{}`; it must be a key=value pair", field));
  }
  if (key == "from") {
    if (value->find('$') != std::string::npos) {
      return Fail("`from` doesn't support variable expansion; define an alias stage instead");
    }
    if (Is(MountType::kSecret) || Is(MountType::kSsh) || Is(MountType::kTmpfs)) {
      return Fail(fmt::format("{} mount should not have a from", TypeName()));
    }
    from_ = *value;
    return true;
  }
  std::optional<std::string> expanded;
  if (value) {
    expanded =
        stage_.ExpandText(instruction_, *value, range_, {.escape = instruction_.line->escape});
    if (!expanded) return false;
  }
  return is_bool ? ReadBool(key, expanded) : ReadValue(key, *expanded, field);
}

bool MountReader::FinishSecret() {
  const auto base_name = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
  if (mount_.id.empty()) {
    if (mount_.target.empty()) return Fail("invalid secret mount; one of source, target required");
    mount_.id = base_name(mount_.target);
  }
  // A variable alone needs no file.
  if (mount_.target.empty() && mount_.env.empty()) {
    mount_.target = "/run/secrets/" + base_name(mount_.id);
  }
  return true;
}

bool MountReader::FinishTree(std::vector<Edge>& inputs) {
  // A bind mount without a target hides the working directory.
  if (mount_.target.empty() && !Is(MountType::kBind)) {
    return Fail(fmt::format("a {} mount needs a target; add `target=PATH`", TypeName()));
  }
  if (mount_.target.empty()) mount_.target = stage_.WorkingDir();
  mount_.read_only = read_only_.value_or(Is(MountType::kBind));
  if (Is(MountType::kTmpfs)) {
    mount_.source.clear();
    return true;
  }
  if (from_) {
    const std::optional<SourceTree> tree =
        stage_.file().FromTree(*from_, stage_.stage().index, /*indexes=*/false, range_);
    if (!tree) return false;
    mount_.input = static_cast<uint32_t>(inputs.size());
    inputs.push_back(tree->edge);
  } else if (Is(MountType::kBind)) {
    mount_.input = static_cast<uint32_t>(inputs.size());
    inputs.push_back(stage_.file().ContextTree());
  }
  mount_.source = mount_.input ? CleanAbsolute(mount_.source) : "";
  return true;
}

bool MountReader::Finish(std::vector<Edge>& inputs) {
  if (Is(MountType::kSecret)) {
    if (!FinishSecret()) return false;
  } else if (Is(MountType::kSsh)) {
    if (mount_.id.empty()) mount_.id = "default";
  } else if (!FinishTree(inputs)) {
    return false;
  }
  if (mount_.target.empty()) return true;
  mount_.target = JoinClean(stage_.WorkingDir(), mount_.target);
  if (mount_.target == "/") return Fail("invalid mount target `/`; name a directory below it");
  if (Is(MountType::kCache)) {
    if (mount_.id.empty()) mount_.id = mount_.target;
    const auto& build_args = stage_.file().options().build_args;
    const auto space = build_args.find("BUILDKIT_CACHE_MOUNT_NS");
    if (space != build_args.end() && !space->second.empty()) {
      mount_.id = space->second + "/" + mount_.id;
    }
  }
  return true;
}

std::optional<Mount> MountReader::Read(std::vector<Edge>& inputs) {
  const std::vector<std::string> fields = SplitCsv(*flag_.value);
  if (!ReadType(fields)) return std::nullopt;
  bool ok = CheckRepeated(fields);
  for (const std::string& field : fields) ok = ReadField(field) && ok;
  if (!ok || !Finish(inputs)) return std::nullopt;
  return std::move(mount_);
}

}  // namespace

std::optional<Mount> LowerMount(const Instruction& instruction, const Flag& flag,
                                StageLowering& stage, std::vector<Edge>& inputs) {
  return MountReader(instruction, flag, stage).Read(inputs);
}

}  // namespace cooper
