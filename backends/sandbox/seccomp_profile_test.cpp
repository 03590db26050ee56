#include "backends/sandbox/seccomp_profile.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

namespace cooper {
namespace {

// The errno of `call` in a child under the profile; 0 when it succeeds.
int UnderProfile(const std::function<long()>& call) {
  const Result<std::string> profile = CompileSeccompProfile();
  if (!profile.ok()) return -1;
  const pid_t child = fork();
  if (child == 0) {
    sock_fprog program = {static_cast<unsigned short>(profile->size() / sizeof(sock_filter)),
                          reinterpret_cast<sock_filter*>(const_cast<char*>(profile->data()))};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(255);
    if (prctl(PR_SET_SECCOMP, 2, &program) != 0) _exit(254);
    _exit(call() < 0 ? errno : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(SeccompProfile, FitsTheKernelsProgramLimit) {
  const Result<std::string> profile = CompileSeccompProfile();
  ASSERT_TRUE(profile.ok()) << profile.error().message();
  EXPECT_EQ(profile->size() % sizeof(sock_filter), 0u);
  EXPECT_LE(profile->size() / sizeof(sock_filter), size_t{BPF_MAXINSNS});
}

TEST(SeccompProfile, AllowsOrdinaryCalls) {
  EXPECT_EQ(UnderProfile([] { return syscall(SYS_getpid); }), 0);
  EXPECT_EQ(UnderProfile([] { return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0); }), 0);
}

TEST(SeccompProfile, AllowsCallsYoungerThanTheLibrary) {
  // fchmodat2 of a missing file: ENOENT where the kernel has it, never EPERM.
  EXPECT_NE(UnderProfile([] { return syscall(452, AT_FDCWD, "/nonexistent", 0644, 0); }), EPERM);
}

TEST(SeccompProfile, RefusesNamespacesAndMounts) {
  EXPECT_EQ(UnderProfile([] { return unshare(CLONE_NEWUSER); }), EPERM);
  EXPECT_EQ(UnderProfile([] { return syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0); }),
            EPERM);
  EXPECT_EQ(UnderProfile([] { return mount("none", "/", "tmpfs", 0, nullptr); }), EPERM);
  EXPECT_EQ(UnderProfile([] { return syscall(SYS_bpf, 0, nullptr, 0); }), EPERM);
}

TEST(SeccompProfile, PretendsNotToKnowWhatItCannotInspect) {
  EXPECT_EQ(UnderProfile([] { return syscall(SYS_clone3, nullptr, 0); }), ENOSYS);
  EXPECT_EQ(UnderProfile([] { return syscall(425, 1, nullptr); }), ENOSYS);  // io_uring_setup
}

TEST(SeccompProfile, RefusesKernelCryptographySockets) {
  EXPECT_EQ(UnderProfile([] { return socket(38, SOCK_SEQPACKET, 0); }), EAFNOSUPPORT);
}

}  // namespace
}  // namespace cooper
