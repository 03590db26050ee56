#include "backends/sandbox/ladder/id_maps.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "backends/sandbox/ladder/capabilities.h"
#include "backends/store/directory/file_calls.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr size_t kHelperTextLimit = 512;

std::string ReadText(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string UserName(uid_t uid) {
  std::array<char, 4096> buffer;
  passwd entry;
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return "";
  }
  return found->pw_name;
}

// Set-user-id programs are found in system directories, PATH or not.
std::string FindHelper(std::string_view name) {
  for (const char* directory : {"/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"}) {
    std::string path = fmt::format("{}/{}", directory, name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

Result<std::vector<IdRange>> LentIds(const char* file, const std::string& user, uid_t uid) {
  const std::string shown = user.empty() ? fmt::format("{}", uid) : user;
  const auto ranges = TakeIds(SubordinateIds(ReadText(file), user, uid), kNamespaceIds - 1);
  uint32_t count = 0;
  for (const IdRange& range : ranges) count += range.count;
  if (count == kNamespaceIds - 1) return ranges;
  const std::string seen = count == 0 ? fmt::format("no range for `{}` in {}", shown, file)
                                      : fmt::format("the range for `{}` in {} has {} ids of {}",
                                                    shown, file, count, kNamespaceIds - 1);
  return Error(DiagnosticKind::kSandbox,
               fmt::format("{}; add the line `{}:100000:65536` to {}", seen, shown, file));
}

Status WriteProcFile(pid_t process, const char* name, std::string_view text) {
  const std::string path = fmt::format("/proc/{}/{}", process, name);
  const ScopedFd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  // The kernel takes a map in one write.
  if (file.ok() &&
      write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) {
    return Ok();
  }
  return ErrnoError(DiagnosticKind::kSandbox, fmt::format("writing `{}`", path), errno);
}

// Runs newuidmap or newgidmap; its own words are part of the error.
Status RunHelper(const std::string& helper, pid_t process, uint32_t own,
                 const std::vector<IdRange>& lent) {
  std::vector<std::string> args = {helper, std::to_string(process), "0", std::to_string(own), "1"};
  uint32_t inside = 1;
  for (const IdRange& range : lent) {
    args.push_back(std::to_string(inside));
    args.push_back(std::to_string(range.first));
    args.push_back(std::to_string(range.count));
    inside += range.count;
  }
  std::vector<char*> argv;
  for (std::string& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoError(DiagnosticKind::kSandbox, "pipe2", errno);
  const ScopedFd read_end(ends[0]);
  ScopedFd write_end(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDERR_FILENO);
  pid_t child = -1;
  char* environment[] = {nullptr};
  const int error =
      posix_spawn(&child, helper.c_str(), &actions, nullptr, argv.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return ErrnoError(DiagnosticKind::kSandbox, helper, error);
  write_end.Close();
  std::array<char, kHelperTextLimit> buffer;
  size_t size = 0;
  errno = ReadFully(read_end.get(), buffer, size);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status == 0) return Ok();
  std::string_view words(buffer.data(), size);
  while (!words.empty() && words.back() == '\n') words.remove_suffix(1);
  return Error(DiagnosticKind::kSandbox,
               fmt::format("`{}` failed: {}; in a container it needs file capabilities "
                           "(setcap cap_setuid+ep newuidmap, cap_setgid+ep newgidmap) instead of "
                           "the set-user-id bit",
                           helper, words));
}

constexpr uint32_t kKeepCapsUser = 1000;
constexpr uint32_t kKeepCapsFirst = 100001;  // outside: the ids that images call 1 and above

Status NeedCapability(unsigned capability, std::string_view name) {
  if (HasCapability(capability)) return Ok();
  return Error(DiagnosticKind::kSandbox,
               fmt::format("root lacks {}, which mapping its ids needs; add the capability to "
                           "the container or run as another user (runAsUser); both need a seccomp "
                           "profile that allows user namespaces (Unconfined)",
                           name));
}

}  // namespace

Result<IdMaps> IdMaps::Plan(IdModel model) {
  IdMaps maps;
  if (model == IdModel::kSingle) {
    if (geteuid() == 0) COOPER_RETURN_IF_ERROR(NeedCapability(CAP_SETFCAP, "CAP_SETFCAP"));
    return SingleId();
  }
  COOPER_RETURN_IF_ERROR(geteuid() == 0 ? maps.PlanForRoot() : maps.PlanWithHelpers());
  return maps;
}

IdMaps IdMaps::SingleId() {
  IdMaps maps;
  maps.written_ = Written{.uids = fmt::format("0 {} 1", geteuid()),
                          .gids = fmt::format("0 {} 1", getegid()),
                          .deny_setgroups = true};
  return maps;
}

Status IdMaps::PlanForRoot() {
  COOPER_RETURN_IF_ERROR(NeedCapability(CAP_SETUID, "CAP_SETUID"));
  COOPER_RETURN_IF_ERROR(NeedCapability(CAP_SETGID, "CAP_SETGID"));
  std::string map = fmt::format("0 0 {}", kNamespaceIds);
  if (!HasCapability(CAP_SETFCAP)) {
    keep_caps_as_ = kKeepCapsUser;
    map = fmt::format("0 {} 1\n1 {} {}", kKeepCapsUser, kKeepCapsFirst, kNamespaceIds - 1);
  }
  written_ = Written{.uids = map, .gids = map};
  return Ok();
}

Status IdMaps::PlanWithHelpers() {
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
    return Error(DiagnosticKind::kSandbox,
                 "no_new_privs is set, under which newuidmap cannot work; allow privilege "
                 "escalation (allowPrivilegeEscalation: true)");
  }
  uid_helper_ = FindHelper("newuidmap");
  gid_helper_ = FindHelper("newgidmap");
  if (uid_helper_.empty() || gid_helper_.empty()) {
    return Error(DiagnosticKind::kSandbox,
                 fmt::format("`{}` is not installed; install the package `uidmap` (shadow-utils)",
                             uid_helper_.empty() ? "newuidmap" : "newgidmap"));
  }
  const uid_t uid = geteuid();
  const std::string user = UserName(uid);
  COOPER_ASSIGN_OR_RETURN(uids_, LentIds("/etc/subuid", user, uid));
  COOPER_ASSIGN_OR_RETURN(gids_, LentIds("/etc/subgid", user, uid));
  return Ok();
}

Status IdMaps::WriteFor(pid_t process) const {
  if (written_) return Write(process, *written_);
  COOPER_RETURN_IF_ERROR(RunHelper(uid_helper_, process, geteuid(), uids_));
  return RunHelper(gid_helper_, process, getegid(), gids_);
}

Status IdMaps::Write(pid_t process, const Written& maps) const {
  // The kernel wants it before a map of groups that was written without CAP_SETGID.
  if (maps.deny_setgroups) COOPER_RETURN_IF_ERROR(WriteProcFile(process, "setgroups", "deny"));
  COOPER_RETURN_IF_ERROR(WriteProcFile(process, "uid_map", maps.uids));
  return WriteProcFile(process, "gid_map", maps.gids);
}

}  // namespace cooper
