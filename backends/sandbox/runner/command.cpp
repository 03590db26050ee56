#include "backends/sandbox/runner/command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backends/sandbox/runner/report.h"

namespace cooper::runner {
namespace {

constexpr uint64_t Bit(unsigned capability) { return uint64_t{1} << capability; }

// What Docker leaves to a container by default.
constexpr uint64_t kStepCapabilities = Bit(CAP_CHOWN) | Bit(CAP_DAC_OVERRIDE) | Bit(CAP_FOWNER) |
                                       Bit(CAP_FSETID) | Bit(CAP_KILL) | Bit(CAP_NET_BIND_SERVICE) |
                                       Bit(CAP_SETFCAP) | Bit(CAP_SETGID) | Bit(CAP_SETPCAP) |
                                       Bit(CAP_SETUID) | Bit(CAP_SYS_CHROOT) | Bit(CAP_MKNOD) |
                                       Bit(CAP_AUDIT_WRITE) | Bit(CAP_NET_RAW);

constexpr const char* kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// In a bare root chroot(2) would lead out of it again, to what the builder has.
uint64_t CapabilitiesFor(const Request& request) {
  if (request.Has(kInsecure)) return ~uint64_t{0};
  return request.Has(kBare) ? kStepCapabilities & ~Bit(CAP_SYS_CHROOT) : kStepCapabilities;
}

// Bounding before capset: dropping from it needs CAP_SETPCAP.
void LimitBoundingSet(uint64_t allowed) {
  for (unsigned capability = 0; capability < 64; ++capability) {
    if ((allowed & Bit(capability)) != 0) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
    if (errno == EINVAL) return;  // beyond the kernel's last capability
    Fail("capabilities", "PR_CAPBSET_DROP", "");
  }
}

// Returns what seccomp(2) does.
int InstallFilter(const char* bytes, size_t size, unsigned flags) {
  struct sock_fprog program = {};
  program.len = static_cast<unsigned short>(size / sizeof(struct sock_filter));
  static struct sock_filter instructions[BPF_MAXINSNS];  // aligned, unlike the request
  if (program.len == 0 || size > sizeof(instructions)) {
    errno = EINVAL;
    Fail("seccomp", "program", "");
  }
  memcpy(instructions, bytes, size);
  program.filter = instructions;
  return static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

// From here on cooper answers what one id cannot do.
void InstallRecorder(const Request& request) {
  // Linux 5.19: a signal does not make a call happen twice once cooper works on it.
  unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  int listener = InstallFilter(request.recorder, request.recorder_size, flags);
  if (listener < 0 && errno == EINVAL) {
    flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    listener = InstallFilter(request.recorder, request.recorder_size, flags);
  }
  if (listener < 0) {
    if (request.Has(kOneId)) Fail("seccomp", "SECCOMP_FILTER_FLAG_NEW_LISTENER", "");
    // Such as under a container runtime that listens itself; the step can do most without.
    ReportNote("SECCOMP_FILTER_FLAG_NEW_LISTENER", "devices");
    return;
  }
  const int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) Fail("recorder", "open", "/");

  const int descriptors[] = {listener, root};
  char byte = 0;
  struct iovec data = {&byte, 1};
  alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(descriptors))] = {};
  struct msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  struct cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(descriptors));
  memcpy(CMSG_DATA(header), descriptors, sizeof(descriptors));
  if (sendmsg(kRecorderFd, &message, MSG_NOSIGNAL) != 1) Fail("recorder", "sendmsg", "");
  close(listener);
  close(root);
}

void BecomeUser(const Request& request) {
  char name[32];
  if (setgroups(request.groups.size, request.groups.items) != 0) Fail("user", "setgroups", "");
  snprintf(name, sizeof(name), "gid %u", request.gid);
  if (setresgid(request.gid, request.gid, request.gid) != 0) Fail("user", "setresgid", name);
  snprintf(name, sizeof(name), "uid %u", request.uid);
  if (setresuid(request.uid, request.uid, request.uid) != 0) Fail("user", "setresuid", name);
}

// A user who stays the one id, root's, must not have root's capabilities again with the
// next program.
void ForgetRoot() {
  if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0) != 0) {
    Fail("capabilities", "PR_SET_SECUREBITS", "");
  }
}

// Leaves root with `allowed` of what it had and others with nothing; inheritable
// and ambient sets become empty.
void LimitCapabilities(uint64_t allowed) {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    Fail("capabilities", "PR_CAP_AMBIENT", "");
  }
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2] = {};
  if (syscall(SYS_capget, &header, sets) != 0) Fail("capabilities", "capget", "");
  for (unsigned word = 0; word < 2; ++word) {
    sets[word].permitted &= static_cast<uint32_t>(allowed >> (32 * word));
    sets[word].effective = sets[word].permitted;
    sets[word].inheritable = 0;
  }
  if (syscall(SYS_capset, &header, sets) != 0) Fail("capabilities", "capset", "");
}

const char* SearchPath(char* const* env) {
  for (; *env != nullptr; ++env) {
    if (strncmp(*env, "PATH=", 5) == 0) return *env + 5;
  }
  return kDefaultPath;
}

// execvp against the step's PATH, and without its guess that a file which is no
// program is a shell script.
void Execute(const Request& request) {
  const char* const name = request.args.items[0];
  if (strchr(name, '/') != nullptr) {
    execve(name, request.args.items, request.env.items);
    return;
  }
  int error = ENOENT;
  const char* at = SearchPath(request.env.items);
  while (name[0] != '\0') {
    const char* const end = strchrnul(at, ':');
    char path[PATH_MAX];
    const int size = snprintf(path, sizeof(path), "%.*s/%s", static_cast<int>(end - at), at, name);
    if (end != at && size < static_cast<int>(sizeof(path))) {
      execve(path, request.args.items, request.env.items);
      // A name that cannot be used does not hide one further on.
      if (errno != ENOENT && errno != ENOTDIR) error = errno;
    }
    if (*end == '\0') break;
    at = end + 1;
  }
  errno = error;
}

}  // namespace

void BecomeCommand(const Request& request, int null_device, int cwd) {
  const bool insecure = request.Has(kInsecure);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setsid();
  if (dup2(null_device, STDIN_FILENO) < 0) Fail("descriptors", "dup2", "/dev/null");
  // So that the step's user can open /dev/stdout; not possible for every user.
  (void)!fchown(STDOUT_FILENO, request.uid, request.gid);
  (void)!fchown(STDERR_FILENO, request.uid, request.gid);
  const struct rlimit no_core = {0, 0};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0) Fail("limits", "setrlimit", "core");
  if (fchdir(cwd) != 0) Fail("working directory", "fchdir", request.cwd);
  umask(022);

  if (request.Has(kNoNewPrivileges) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    Fail("no new privileges", "prctl", "");
  }
  uint64_t capabilities = CapabilitiesFor(request);
  if (!insecure) LimitBoundingSet(capabilities);
  // Without no_new_privs a filter needs CAP_SYS_ADMIN, so it comes before the rest.
  if (request.Has(kRecord)) InstallRecorder(request);
  if (!insecure && InstallFilter(request.seccomp, request.seccomp_size, 0) != 0) {
    Fail("seccomp", "SECCOMP_SET_MODE_FILTER", "");
  }
  const bool one_id = request.Has(kOneId);
  if (!one_id) BecomeUser(request);
  if (one_id && request.uid != 0) {
    ForgetRoot();
    capabilities = 0;
  }
  LimitCapabilities(capabilities);
  // A change of user takes the death signal away.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) Fail("start", "PR_SET_PDEATHSIG", "");
  if (syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC) != 0) {
    Fail("descriptors", "close_range", "");
  }
  Execute(request);
  const int error = errno;
  ReportNotExecuted(request.args.items[0]);
  _exit(error == ENOENT || error == ENOTDIR ? 127 : 126);
}

}  // namespace cooper::runner
