#include "backends/sandbox/ladder/user_namespace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "backends/sandbox/ladder/child.h"
#include "backends/sandbox/ladder/id_maps.h"
#include "backends/sandbox/ladder/kept_capabilities.h"
#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

Error CallError(std::string_view call) { return ErrnoError(DiagnosticKind::kSandbox, call, errno); }

Error UnshareError(int error_number) {
  Error error = ErrnoError(DiagnosticKind::kSandbox, "unshare of a user namespace", error_number);
  std::string_view advice;
  if (error_number == EPERM) {
    advice =
        "the container's seccomp profile (RuntimeDefault, Docker's default) forbids it: set "
        "seccompProfile to Unconfined; on a machine with the sysctl "
        "kernel.apparmor_restrict_unprivileged_userns set that to 0";
  } else if (error_number == ENOSPC) {
    advice = "raise the sysctl user.max_user_namespaces";
  }
  if (advice.empty()) return error;
  return Error(DiagnosticKind::kSandbox, fmt::format("{}; {}", error.message(), advice));
}

struct Pipe {
  ScopedFd read;
  ScopedFd write;
};

Result<Pipe> NewPipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return CallError("pipe2");
  return Pipe{ScopedFd(ends[0]), ScopedFd(ends[1])};
}

// Waits until the other end writes a number or closes: then -1.
int Await(const ScopedFd& from) {
  int number = -1;
  ssize_t size = 0;
  do {
    size = read(from.get(), &number, sizeof(number));
  } while (size < 0 && errno == EINTR);
  return size == sizeof(number) ? number : -1;
}

void Tell(const ScopedFd& to, int number) {
  (void)!write(to.get(), &number, sizeof(number));  // a closed end is noticed by Await
}

enum class JoinOutcome : uint8_t { kJoined, kRefused };

// A child makes the namespace, this process maps its ids from outside and joins.
// Whatever fails, this process is where it was.
Result<JoinOutcome> JoinNamespaceOfChild(const IdMaps& maps) {
  COOPER_ASSIGN_OR_RETURN(Pipe made, NewPipe());
  COOPER_ASSIGN_OR_RETURN(Pipe done, NewPipe());
  COOPER_ASSIGN_OR_RETURN(const Child child, Child::Start([&] {
                            done.write.Close();
                            Tell(made.write, unshare(CLONE_NEWUSER) == 0 ? 0 : errno);
                            Await(done.read);
                            return 0;
                          }));
  made.write.Close();
  // Closed before `child` is waited for, which lets it end.
  const ScopedFd release = std::move(done.write);
  const int error = Await(made.read);
  if (error != 0) return UnshareError(error < 0 ? EPIPE : error);
  COOPER_RETURN_IF_ERROR(maps.WriteFor(child.pid()));
  const std::string path = fmt::format("/proc/{}/ns/user", child.pid());
  const ScopedFd user_namespace(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!user_namespace.ok()) return CallError(fmt::format("open `{}`", path));
  if (setns(user_namespace.get(), CLONE_NEWUSER) == 0) return JoinOutcome::kJoined;
  if (errno == EPERM || errno == ENOSYS) return JoinOutcome::kRefused;
  return CallError("setns of a user namespace");
}

// For seccomp profiles that allow unshare and not setns: this process makes the
// namespace and a child that stayed outside maps its ids.
Status MakeNamespace(const IdMaps& maps) {
  const pid_t self = getpid();
  COOPER_ASSIGN_OR_RETURN(Pipe made, NewPipe());
  COOPER_ASSIGN_OR_RETURN(Pipe mapped, NewPipe());
  COOPER_ASSIGN_OR_RETURN(const Child child, Child::Start([&] {
                            made.write.Close();
                            if (Await(made.read) != 0) return 1;
                            Tell(mapped.write, maps.WriteFor(self).ok() ? 0 : EPERM);
                            return 0;
                          }));
  mapped.write.Close();
  const ScopedFd announce = std::move(made.write);
  if (unshare(CLONE_NEWUSER) != 0) return UnshareError(errno);
  Tell(announce, 0);
  if (Await(mapped.read) != 0) {
    return Error(DiagnosticKind::kSandbox, "the ids of the user namespace could not be mapped");
  }
  return Ok();
}

struct FirstMapping {
  uint64_t inside = 0;
  uint64_t outside = 0;
  uint64_t count = 0;
  bool only = false;
};

FirstMapping ReadIdMap(const char* path) {
  std::ifstream file(path);
  FirstMapping map;
  uint64_t more = 0;
  file >> map.inside >> map.outside >> map.count;
  map.only = !(file >> more);
  return map;
}

bool IsOneId(const char* path) {
  const FirstMapping map = ReadIdMap(path);
  return map.only && map.inside == 0 && map.count == 1;
}

}  // namespace

bool InUserNamespace() {
  const FirstMapping map = ReadIdMap("/proc/self/uid_map");
  return !(map.inside == 0 && map.outside == 0 && map.count == 0xffffffff);
}

bool HasOneId() { return IsOneId("/proc/self/uid_map") || IsOneId("/proc/self/gid_map"); }

Status EnterUserNamespace(IdModel model) {
  COOPER_ASSIGN_OR_RETURN(const IdMaps maps, IdMaps::Plan(model));
  std::optional<KeptCapabilities> other_user;
  if (maps.keep_caps_as()) {
    COOPER_ASSIGN_OR_RETURN(KeptCapabilities became,
                            KeptCapabilities::Become(*maps.keep_caps_as()));
    other_user.emplace(std::move(became));
  }
  COOPER_ASSIGN_OR_RETURN(const JoinOutcome outcome, JoinNamespaceOfChild(maps));
  if (outcome == JoinOutcome::kRefused) COOPER_RETURN_IF_ERROR(MakeNamespace(maps));
  if (other_user) other_user->Keep();
  // Supplementary groups stay: files of the context may be readable through them.
  // A step gets its own.
  if (setresgid(0, 0, 0) != 0) return CallError("setresgid in the user namespace");
  if (setresuid(0, 0, 0) != 0) return CallError("setresuid in the user namespace");
  return Ok();
}

}  // namespace cooper
