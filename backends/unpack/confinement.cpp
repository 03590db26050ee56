#include "backends/unpack/confinement.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <initializer_list>

#include "backends/unpack/landlock.h"

namespace cooper {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t kArchitecture = 0;  // no filter
#endif

// x86-64 has a second table of calls from here on.
constexpr uint32_t kForeignTable = 0x40000000;

constexpr long kRefused[] = {
    // Other programs, processes and threads.
    SYS_execve, SYS_execveat, SYS_clone, SYS_clone3, SYS_ptrace, SYS_process_vm_readv,
    SYS_process_vm_writev, SYS_kcmp, SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo, SYS_pidfd_open, SYS_pidfd_send_signal, SYS_pidfd_getfd,
    SYS_process_madvise, SYS_prlimit64, SYS_perf_event_open,
#if defined(__x86_64__)
    SYS_fork, SYS_vfork,
#endif
    // The network, and other ways out.
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_shmget, SYS_shmat,
    SYS_msgget, SYS_semget, SYS_mq_open,
    // Other views of the file system.
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_open_tree,
    SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_open_by_handle_at,
    SYS_name_to_handle_at, SYS_quotactl, SYS_swapon, SYS_swapoff, SYS_acct,
    // Other rights.
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups,
    SYS_setfsuid, SYS_setfsgid, SYS_capset, SYS_add_key, SYS_request_key, SYS_keyctl,
    // The kernel.
    SYS_bpf, SYS_userfaultfd, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load,
    SYS_reboot, SYS_sethostname, SYS_setdomainname, SYS_settimeofday, SYS_clock_settime,
    SYS_clock_adjtime, SYS_adjtimex, SYS_syslog};

void Limit(int resource, uint64_t most) {
  rlimit now = {};
  if (most == 0 || getrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0) return;
  now.rlim_cur = std::min<rlim_t>(now.rlim_cur, most);
  now.rlim_max = std::min<rlim_t>(now.rlim_max, most);
  setrlimit(static_cast<__rlimit_resource_t>(resource), &now);
}

void LimitResources(const Confinement& confinement) {
// Their shadow memory alone is beyond every limit.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  Limit(RLIMIT_AS, confinement.memory_bytes);
#endif
  // A file that is too large is then an error of the call that writes it.
  std::signal(SIGXFSZ, SIG_IGN);
  Limit(RLIMIT_FSIZE, confinement.file_bytes);
}

// Needs none of them as an ordinary user, and as root those of files.
void DropCapabilities(bool trusted_xattrs) {
  uint64_t kept = 0;
  for (const unsigned capability : {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER,
                                    CAP_FSETID, CAP_MKNOD, CAP_SETFCAP}) {
    kept |= uint64_t{1} << capability;
  }
  if (trusted_xattrs) kept |= uint64_t{1} << CAP_SYS_ADMIN;
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  if (syscall(SYS_capget, &header, sets) != 0) return;
  for (int half = 0; half < 2; ++half) {
    const auto mask = static_cast<uint32_t>(kept >> (32 * half));
    sets[half].effective &= mask;
    sets[half].permitted &= mask;
    sets[half].inheritable = 0;
  }
  syscall(SYS_capset, &header, sets);
}

void RefuseCalls() {
  if (kArchitecture == 0) return;
  constexpr uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
  std::vector<sock_filter> program = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kForeignTable, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, kRefuse),
  };
  for (const long call : kRefused) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, kRefuse));
  }
  // abort() signals its own process, and nobody else.
  program.insert(
      program.end(),
      {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 3),
       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(getpid()), 1, 0),
       BPF_STMT(BPF_RET | BPF_K, kRefuse), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)});
  sock_fprog filter = {.len = static_cast<unsigned short>(program.size()),
                       .filter = program.data()};
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}

}  // namespace

void Confine(const Confinement& confinement) {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  LimitResources(confinement);
  RestrictFiles(confinement.filled, confinement.readable);
  DropCapabilities(confinement.trusted_xattrs);
  RefuseCalls();
}

}  // namespace cooper
