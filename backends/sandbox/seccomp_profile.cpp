#include "backends/sandbox/seccomp_profile.h"

#include <fmt/format.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

// clang-format off
constexpr const char* kAllowed[] = {
    "accept", "accept4", "access", "adjtimex", "alarm", "arch_prctl", "arm_fadvise64_64",
    "arm_sync_file_range", "bind", "breakpoint", "brk", "cacheflush", "cachestat", "capget",
    "capset", "chdir", "chmod", "chown", "chown32", "chroot", "clock_adjtime",
    "clock_adjtime64", "clock_getres", "clock_getres_time64", "clock_gettime",
    "clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64", "close", "close_range",
    "connect", "copy_file_range", "creat", "dup", "dup2", "dup3", "epoll_create",
    "epoll_create1", "epoll_ctl", "epoll_ctl_old", "epoll_pwait", "epoll_pwait2", "epoll_wait",
    "epoll_wait_old", "eventfd", "eventfd2", "execve", "execveat", "exit", "exit_group",
    "faccessat", "faccessat2", "fadvise64", "fadvise64_64", "fallocate", "fanotify_mark",
    "fchdir", "fchmod", "fchmodat", "fchmodat2", "fchown", "fchown32", "fchownat", "fcntl",
    "fcntl64", "fdatasync", "fgetxattr", "flistxattr", "flock", "fork", "fremovexattr",
    "fsetxattr", "fstat", "fstat64", "fstatat64", "fstatfs", "fstatfs64", "fsync", "ftruncate",
    "ftruncate64", "futex", "futex_requeue", "futex_time64", "futex_wait", "futex_waitv",
    "futex_wake", "futimesat", "get_robust_list", "get_thread_area", "getcpu", "getcwd",
    "getdents", "getdents64", "getegid", "getegid32", "geteuid", "geteuid32", "getgid",
    "getgid32", "getgroups", "getgroups32", "getitimer", "getpeername", "getpgid", "getpgrp",
    "getpid", "getppid", "getpriority", "getrandom", "getresgid", "getresgid32", "getresuid",
    "getresuid32", "getrlimit", "getrusage", "getsid", "getsockname", "getsockopt", "gettid",
    "gettimeofday", "getuid", "getuid32", "getxattr", "getxattrat", "inotify_add_watch",
    "inotify_init", "inotify_init1", "inotify_rm_watch", "io_cancel", "io_destroy",
    "io_getevents", "io_pgetevents", "io_pgetevents_time64", "io_setup", "io_submit", "ioctl",
    "ioprio_get", "ioprio_set", "ipc", "kill", "landlock_add_rule", "landlock_create_ruleset",
    "landlock_restrict_self", "lchown", "lchown32", "lgetxattr", "link", "linkat", "listen",
    "listmount", "listxattr", "listxattrat", "llistxattr", "_llseek", "lremovexattr", "lseek",
    "lsetxattr", "lstat", "lstat64", "madvise", "map_shadow_stack", "membarrier",
    "memfd_create", "memfd_secret", "mincore", "mkdir", "mkdirat", "mknod", "mknodat", "mlock",
    "mlock2", "mlockall", "mmap", "mmap2", "modify_ldt", "mprotect", "mq_getsetattr",
    "mq_notify", "mq_open", "mq_timedreceive", "mq_timedreceive_time64", "mq_timedsend",
    "mq_timedsend_time64", "mq_unlink", "mremap", "mseal", "msgctl", "msgget", "msgrcv",
    "msgsnd", "msync", "munlock", "munlockall", "munmap", "name_to_handle_at", "nanosleep",
    "newfstatat", "_newselect", "open", "openat", "openat2", "pause", "pidfd_open",
    "pidfd_send_signal", "pipe", "pipe2", "pkey_alloc", "pkey_free", "pkey_mprotect", "poll",
    "ppoll", "ppoll_time64", "prctl", "pread64", "preadv", "preadv2", "prlimit64",
    "process_mrelease", "process_vm_readv", "process_vm_writev", "pselect6", "pselect6_time64",
    "ptrace", "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink", "readlinkat",
    "readv", "recv", "recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg", "remap_file_pages",
    "removexattr", "removexattrat", "rename", "renameat", "renameat2", "restart_syscall",
    "riscv_flush_icache", "riscv_hwprobe", "rmdir", "rseq", "rt_sigaction", "rt_sigpending",
    "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
    "rt_sigtimedwait_time64", "rt_tgsigqueueinfo", "s390_pci_mmio_read", "s390_pci_mmio_write",
    "s390_runtime_instr", "sched_get_priority_max", "sched_get_priority_min",
    "sched_getaffinity", "sched_getattr", "sched_getparam", "sched_getscheduler",
    "sched_rr_get_interval", "sched_rr_get_interval_time64", "sched_setaffinity",
    "sched_setattr", "sched_setparam", "sched_setscheduler", "sched_yield", "seccomp", "select",
    "semctl", "semget", "semop", "semtimedop", "semtimedop_time64", "send", "sendfile",
    "sendfile64", "sendmmsg", "sendmsg", "sendto", "set_robust_list", "set_thread_area",
    "set_tid_address", "set_tls", "setfsgid", "setfsgid32", "setfsuid", "setfsuid32", "setgid",
    "setgid32", "setgroups", "setgroups32", "setitimer", "setpgid", "setpriority", "setregid",
    "setregid32", "setresgid", "setresgid32", "setresuid", "setresuid32", "setreuid",
    "setreuid32", "setrlimit", "setsid", "setsockopt", "setuid", "setuid32", "setxattr",
    "setxattrat", "shmat", "shmctl", "shmdt", "shmget", "shutdown", "sigaltstack", "signalfd",
    "signalfd4", "sigprocmask", "sigreturn", "socketcall", "socketpair", "splice", "stat",
    "stat64", "statfs", "statfs64", "statmount", "statx", "swapcontext", "symlink", "symlinkat",
    "sync", "sync_file_range", "sync_file_range2", "syncfs", "sysinfo", "tee", "tgkill", "time",
    "timer_create", "timer_delete", "timer_getoverrun", "timer_gettime", "timer_gettime64",
    "timer_settime", "timer_settime64", "timerfd_create", "timerfd_gettime",
    "timerfd_gettime64", "timerfd_settime", "timerfd_settime64", "times", "tkill", "truncate",
    "truncate64", "ugetrlimit", "umask", "uname", "unlink", "unlinkat", "uretprobe", "utime",
    "utimensat", "utimensat_time64", "utimes", "vfork", "vmsplice", "wait4", "waitid",
    "waitpid", "write", "writev"};

// Refused with EPERM, which programs expect of a system call that needs privilege.
constexpr const char* kRefused[] = {
    "acct", "add_key", "bpf", "clock_settime", "clock_settime64", "create_module",
    "delete_module", "fanotify_init", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick",
    "get_mempolicy", "init_module", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load",
    "keyctl", "lookup_dcookie", "mbind", "migrate_pages", "mount", "mount_setattr",
    "move_mount", "move_pages", "nfsservctl", "open_by_handle_at", "open_tree",
    "perf_event_open", "pidfd_getfd", "pivot_root", "process_madvise", "quotactl",
    "quotactl_fd", "reboot", "request_key", "set_mempolicy", "setdomainname", "sethostname",
    "setns", "settimeofday", "stime", "swapoff", "swapon", "syslog", "umount", "umount2",
    "unshare", "userfaultfd", "vhangup"};
// clang-format on

// System calls that may be younger than the libseccomp in use. From 424 on the
// numbers are the same on every architecture. The library takes a number that it
// cannot translate for the machine's own architecture only; 32-bit programs do
// without these.
struct YoungSyscall {
  std::string_view name;
  int number;
};
constexpr YoungSyscall kYoung[] = {
    {"cachestat", 451},     {"fchmodat2", 452},     {"map_shadow_stack", 453}, {"futex_wake", 454},
    {"futex_wait", 455},    {"futex_requeue", 456}, {"statmount", 457},        {"listmount", 458},
    {"mseal", 462},         {"setxattrat", 463},    {"getxattrat", 464},       {"listxattrat", 465},
    {"removexattrat", 466},
};

// New namespaces; the threads and processes of a step need the rest of clone. What
// clone3 does cannot be seen by a filter, so it is not listed.
constexpr uint64_t kNamespaceFlags[] = {CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                        CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET};

// Linux, 32-bit Linux on 64 bits, no address randomisation, and asking which one it is.
constexpr uint64_t kPersonalities[] = {0x0, 0x8, 0x20000, 0x20008, 0xffffffff};

constexpr unsigned kAlg = 38;    // the kernel's cryptography
constexpr unsigned kVsock = 40;  // to the host of a virtual machine

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

Error SeccompError(std::string_view action, int result) {
  return ErrnoError(DiagnosticKind::kSandbox, fmt::format("seccomp profile: {}", action), -result);
}

enum class Programs : uint8_t { kNative, kCompatible };

Status Add(const Filter& filter, Programs programs, uint32_t action, const char* name) {
  int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR) {
    for (const YoungSyscall& young : kYoung) {
      if (young.name == name && programs == Programs::kNative) number = young.number;
    }
    if (number == __NR_SCMP_ERROR) return Ok();  // of another architecture
  }
  const int result = seccomp_rule_add(filter.get(), action, number, 0);
  // A number that libseccomp has no name for cannot be told to a filter of two
  // architectures: the call then gets the default action, as an unknown one.
  if (result == -EFAULT) return Ok();
  if (result != 0) return SeccompError(fmt::format("cannot add `{}`", name), result);
  return Ok();
}

Status AddIf(const Filter& filter, uint32_t action, int number, scmp_arg_cmp condition) {
  const int result = seccomp_rule_add(filter.get(), action, number, 1, condition);
  if (result != 0) return SeccompError(fmt::format("cannot add system call {}", number), result);
  return Ok();
}

Status AddClone(const Filter& filter) {
#ifdef __s390__
  constexpr unsigned kFlags = 1;  // argument number
#else
  constexpr unsigned kFlags = 0;
#endif
  uint64_t all = 0;
  for (const uint64_t flag : kNamespaceFlags) {
    all |= flag;
    COOPER_RETURN_IF_ERROR(AddIf(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone),
                                 SCMP_CMP64(kFlags, SCMP_CMP_MASKED_EQ, flag, flag)));
  }
  return AddIf(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone),
               SCMP_CMP64(kFlags, SCMP_CMP_MASKED_EQ, all, 0));
}

Status AddSocket(const Filter& filter) {
  for (const unsigned family : {kAlg, kVsock}) {
    COOPER_RETURN_IF_ERROR(AddIf(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket),
                                 SCMP_CMP64(0, SCMP_CMP_EQ, family)));
  }
  constexpr unsigned kBetween = kAlg + 1;
  static_assert(kBetween + 1 == kVsock);
  for (const scmp_arg_cmp allowed :
       {SCMP_CMP64(0, SCMP_CMP_LT, kAlg), SCMP_CMP64(0, SCMP_CMP_EQ, kBetween),
        SCMP_CMP64(0, SCMP_CMP_GT, kVsock)}) {
    COOPER_RETURN_IF_ERROR(AddIf(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), allowed));
  }
  return Ok();
}

Status AddRules(const Filter& filter, Programs programs) {
  for (const char* name : kAllowed) {
    COOPER_RETURN_IF_ERROR(Add(filter, programs, SCMP_ACT_ALLOW, name));
  }
  for (const char* name : kRefused) {
    COOPER_RETURN_IF_ERROR(Add(filter, programs, SCMP_ACT_ERRNO(EPERM), name));
  }
  COOPER_RETURN_IF_ERROR(AddClone(filter));
  for (const uint64_t personality : kPersonalities) {
    COOPER_RETURN_IF_ERROR(AddIf(filter, SCMP_ACT_ALLOW, SCMP_SYS(personality),
                                 SCMP_CMP64(0, SCMP_CMP_EQ, personality)));
  }
  return AddSocket(filter);
}

Result<std::string> Export(const Filter& filter) {
  const ScopedFd file(memfd_create("seccomp", MFD_CLOEXEC));
  if (!file.ok()) return ErrnoError(DiagnosticKind::kSandbox, "memfd_create", errno);
  const int result = seccomp_export_bpf(filter.get(), file.get());
  if (result != 0) return SeccompError("cannot compile", result);
  const off_t size = lseek(file.get(), 0, SEEK_CUR);
  std::string program(static_cast<size_t>(size), '\0');
  if (pread(file.get(), program.data(), program.size(), 0) != size) {
    return ErrnoError(DiagnosticKind::kSandbox, "seccomp profile: cannot read", errno);
  }
  return program;
}

Result<Filter> NewFilter() {
  Filter filter(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), &seccomp_release);
  if (filter == nullptr) return Error(DiagnosticKind::kSandbox, "seccomp profile: out of memory");
  // A tree instead of a list: each system call passes a handful of instructions.
  const int result = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (result != 0) return SeccompError("cannot optimise", result);
  return filter;
}

// Adds what holds for the 32-bit programs that this machine runs as well.
Status MergeCompatible(const Filter& filter) {
  uint32_t other = 0;
  if (seccomp_arch_native() == SCMP_ARCH_X86_64) other = SCMP_ARCH_X86;
  if (seccomp_arch_native() == SCMP_ARCH_AARCH64) other = SCMP_ARCH_ARM;
  if (other == 0) return Ok();
  COOPER_ASSIGN_OR_RETURN(Filter compatible, NewFilter());
  int result = seccomp_arch_add(compatible.get(), other);
  if (result == 0) result = seccomp_arch_remove(compatible.get(), SCMP_ARCH_NATIVE);
  if (result != 0) return SeccompError("cannot add an architecture", result);
  COOPER_RETURN_IF_ERROR(AddRules(compatible, Programs::kCompatible));
  result = seccomp_merge(filter.get(), compatible.get());
  if (result != 0) return SeccompError("cannot merge", result);
  (void)compatible.release();  // now part of `filter`
  return Ok();
}

}  // namespace

Result<std::string> CompileSeccompProfile() {
  COOPER_ASSIGN_OR_RETURN(const Filter filter, NewFilter());
  COOPER_RETURN_IF_ERROR(AddRules(filter, Programs::kNative));
  COOPER_RETURN_IF_ERROR(MergeCompatible(filter));
  return Export(filter);
}

}  // namespace cooper
