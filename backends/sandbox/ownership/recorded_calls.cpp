#include "backends/sandbox/ownership/recorded_calls.h"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/stat.h>

namespace cooper {
namespace {

constexpr int kFchmodat2 = 452;  // on every architecture; may be younger than libseccomp

constexpr RecordedCall kCalls[] = {
    {SCMP_SYS(getuid), GetId},
    {SCMP_SYS(geteuid), GetId},
    {SCMP_SYS(getgid), GetId},
    {SCMP_SYS(getegid), GetId},
    {SCMP_SYS(getresuid), GetId},
    {SCMP_SYS(getresgid), GetId},
    {SCMP_SYS(getgroups), GetId},
    {SCMP_SYS(setuid), SetIds},
    {SCMP_SYS(setgid), SetIds},
    {SCMP_SYS(setreuid), SetIds},
    {SCMP_SYS(setregid), SetIds},
    {SCMP_SYS(setresuid), SetIds},
    {SCMP_SYS(setresgid), SetIds},
    {SCMP_SYS(setfsuid), SetIds},
    {SCMP_SYS(setfsgid), SetIds},
    {SCMP_SYS(setgroups), SetIds},
    {SCMP_SYS(chown), ChangeOwner},
    {SCMP_SYS(lchown), ChangeOwner},
    {SCMP_SYS(fchown), ChangeOwner},
    {SCMP_SYS(fchownat), ChangeOwner},
    {SCMP_SYS(chmod), ChangeMode},
    {SCMP_SYS(fchmod), ChangeMode},
    {SCMP_SYS(fchmodat), ChangeMode},
    {kFchmodat2, ChangeMode},
    {SCMP_SYS(rename), MoveName},
    {SCMP_SYS(renameat), MoveName},
    {SCMP_SYS(renameat2), MoveName},
    {SCMP_SYS(link), MoveName},
    {SCMP_SYS(linkat), MoveName},
    {SCMP_SYS(stat), TellStatus},
    {SCMP_SYS(lstat), TellStatus},
    {SCMP_SYS(fstat), TellStatus},
    {SCMP_SYS(newfstatat), TellStatus},
    {SCMP_SYS(statx), TellStatus},
    {SCMP_SYS(open), MakeNewFile, 1, O_CREAT},
    {SCMP_SYS(open), MakeNewFile, 1, O_WRONLY},
    {SCMP_SYS(open), MakeNewFile, 1, O_RDWR},
    {SCMP_SYS(openat), MakeNewFile, 2, O_CREAT},
    {SCMP_SYS(openat), MakeNewFile, 2, O_WRONLY},
    {SCMP_SYS(openat), MakeNewFile, 2, O_RDWR},
    {SCMP_SYS(truncate), Truncate},
    {SCMP_SYS(unlink), RemoveName},
    {SCMP_SYS(unlinkat), RemoveName},
    {SCMP_SYS(rmdir), RemoveName},
    {SCMP_SYS(creat), MakeNewFile},
    {SCMP_SYS(mkdir), MakeNewFile},
    {SCMP_SYS(mkdirat), MakeNewFile},
    {SCMP_SYS(symlink), MakeNewFile},
    {SCMP_SYS(symlinkat), MakeNewFile},
    {SCMP_SYS(mknod), MakeNewFile},
    {SCMP_SYS(mknodat), MakeNewFile},
    {SCMP_SYS(chroot), ChangeRoot},
    {SCMP_SYS(execve), Execute},
    {SCMP_SYS(execveat), Execute},
};

// The bit that both kinds of devices have in their mode.
constexpr RecordedCall kDeviceCalls[] = {
    {SCMP_SYS(mknod), MakeDevice, 1, S_IFCHR},
    {SCMP_SYS(mknodat), MakeDevice, 2, S_IFCHR},
};

}  // namespace

std::span<const RecordedCall> RecordedCalls(RecordedScope scope) {
  return scope == RecordedScope::kOwners ? std::span<const RecordedCall>(kCalls) : kDeviceCalls;
}

}  // namespace cooper
