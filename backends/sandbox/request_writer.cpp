#include "backends/sandbox/request_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace cooper {
namespace {

using runner::MountKind;
using runner::RequestTag;

constexpr size_t kLowerLimit = 499;  // overlayfs takes 500; the last one is ours

class Records {
 public:
  void Bytes(RequestTag tag, std::string_view value) {
    const runner::RecordHeader header = {static_cast<uint32_t>(tag),
                                         static_cast<uint32_t>(value.size())};
    bytes_.append(reinterpret_cast<const char*>(&header), sizeof(header));
    bytes_.append(value);
    bytes_.push_back('\0');
  }
  void Text(RequestTag tag, std::string_view value) {
    has_nul_ |= value.find('\0') != std::string_view::npos;
    Bytes(tag, value);
  }
  void Number(RequestTag tag, uint64_t value) {
    Bytes(tag, {reinterpret_cast<const char*>(&value), sizeof(value)});
  }
  bool has_nul() const { return has_nul_; }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  bool has_nul_ = false;
};

MountKind KindOf(SandboxMount::Kind kind) {
  switch (kind) {
    case SandboxMount::Kind::kTmpfs:
      return MountKind::kTmpfs;
    case SandboxMount::Kind::kFile:
      return MountKind::kFile;
    case SandboxMount::Kind::kBind:
      break;
  }
  return MountKind::kBind;
}

void WriteMount(Records& records, const SandboxMount& mount, bool one_id) {
  records.Number(RequestTag::kMountKind, static_cast<uint64_t>(KindOf(mount.kind)));
  records.Text(RequestTag::kMountSource, mount.source);
  records.Text(RequestTag::kMountSubpath, mount.subpath);
  records.Text(RequestTag::kMountTarget, mount.target);
  records.Number(RequestTag::kMountReadOnly, mount.read_only ? 1 : 0);
  records.Number(RequestTag::kMountMode, mount.mode);
  records.Number(RequestTag::kMountUid, one_id ? 0 : mount.uid);
  records.Number(RequestTag::kMountGid, one_id ? 0 : mount.gid);
  records.Number(RequestTag::kMountSize, mount.size_bytes);
  records.Bytes(RequestTag::kMountContent, mount.content);
}

SandboxMount SystemFile(std::string target, std::string content) {
  SandboxMount mount;
  mount.kind = SandboxMount::Kind::kFile;
  mount.target = std::move(target);
  mount.read_only = true;
  mount.mode = 0644;
  mount.content = std::move(content);
  return mount;
}

size_t Depth(const SandboxMount& mount) {
  return static_cast<size_t>(std::count(mount.target.begin(), mount.target.end(), '/'));
}

uint64_t FlagsFor(const RunRequest& request, const StepSurroundings& common) {
  uint64_t flags = 0;
  if (IsRecorded(request, common)) flags |= runner::kRecord;
  if (common.user_namespace) flags |= runner::kUserXattr;
  if (common.one_id()) flags |= runner::kOneId;
  if (request.network == NetworkMode::kNone) flags |= runner::kNewNetwork;
  if (request.security == SecurityMode::kInsecure) flags |= runner::kInsecure;
  if (common.bare) {
    // Without it a filter needs CAP_SYS_ADMIN; and there is an outside to gain something in.
    if (request.security != SecurityMode::kInsecure) flags |= runner::kNoNewPrivileges;
    return flags | runner::kBare;
  }
  // Inside a user namespace a set-user-id program gains nothing outside of it, and
  // sudo and su are used in Dockerfiles. Root has nothing to gain.
  if (!common.user_namespace && request.uid != 0) flags |= runner::kNoNewPrivileges;
  return flags;
}

}  // namespace

bool IsRecorded(const RunRequest& request, const StepSurroundings& common) {
  if (!common.recorded) return false;
  return common.one_id() || request.security != SecurityMode::kInsecure;
}

Result<std::string> HostsFile(const RunRequest& request) {
  std::string hosts = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
  if (!request.hostname.empty()) hosts += fmt::format("127.0.0.1\t{}\n", request.hostname);
  for (const std::string& entry : request.extra_hosts) {
    const size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == entry.size() ||
        entry.find_first_of(" \t\r\n") != std::string::npos) {
      return Error(DiagnosticKind::kInvalidArgument,
                   fmt::format("extra host `{}` is not of the form name=address", entry));
    }
    hosts += fmt::format("{}\t{}\n", entry.substr(equals + 1), entry.substr(0, equals));
  }
  return hosts;
}

Status WriteRoot(Records& records, const OverlayRoot& root, const std::string& base_dir) {
  if (root.lower_dirs.size() > kLowerLimit) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("the root of the step has {} layers; the kernel takes at most {}",
                             root.lower_dirs.size(), kLowerLimit));
  }
  for (const std::string& lower : root.lower_dirs) records.Text(RequestTag::kLower, lower);
  records.Text(RequestTag::kLower, base_dir);
  records.Text(RequestTag::kUpper, root.upper_dir);
  records.Text(RequestTag::kWork, root.work_dir);
  return Ok();
}

Result<std::string> WriteRunnerRequest(const RunRequest& request, const StepSurroundings& common) {
  if (request.args.empty()) return Error(DiagnosticKind::kSandbox, "the step has no command");
  Records records;
  records.Number(RequestTag::kParentPid, static_cast<uint64_t>(getpid()));
  records.Number(RequestTag::kFlags, FlagsFor(request, common));
  records.Text(RequestTag::kScratch, common.scratch_dir);
  if (const auto* overlay = std::get_if<OverlayRoot>(&request.root)) {
    COOPER_RETURN_IF_ERROR(WriteRoot(records, *overlay, common.base_dir));
  } else {
    records.Text(RequestTag::kRoot, std::get<PlainRoot>(request.root).directory);
  }
  for (const std::string& arg : request.args) records.Text(RequestTag::kArg, arg);
  for (const std::string& variable : request.env) records.Text(RequestTag::kEnv, variable);
  records.Text(RequestTag::kCwd, request.cwd);
  records.Number(RequestTag::kUid, request.uid);
  records.Number(RequestTag::kGid, request.gid);
  for (const uint32_t group : request.groups) records.Number(RequestTag::kGroup, group);
  records.Text(RequestTag::kHostname, request.hostname);
  records.Bytes(RequestTag::kSeccomp, common.seccomp);
  if (common.recorded) records.Bytes(RequestTag::kRecorder, common.recorder);

  COOPER_ASSIGN_OR_RETURN(std::string hosts, HostsFile(request));
  std::vector<SandboxMount> mounts = request.mounts;
  // Before mounts of the same depth, which may replace them.
  if (!common.bare) {
    mounts.insert(mounts.begin(), {SystemFile("/etc/resolv.conf", common.resolv_conf),
                                   SystemFile("/etc/hosts", std::move(hosts))});
  }
  std::stable_sort(mounts.begin(), mounts.end(), [](const SandboxMount& a, const SandboxMount& b) {
    return Depth(a) < Depth(b);
  });
  for (const SandboxMount& mount : mounts) WriteMount(records, mount, common.one_id());
  if (records.has_nul()) {
    return Error(DiagnosticKind::kSandbox,
                 "a command, variable or path of the step has a NUL byte");
  }
  return records.Take();
}

}  // namespace cooper
