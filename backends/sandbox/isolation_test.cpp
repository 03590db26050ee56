// What a step sees and may do: the table of README.md.

#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>

#include <charconv>

#include "backends/sandbox/testing/sandbox_fixture.h"

namespace cooper {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr uint64_t kDockerCapabilities = 0xa80425fb;

uint64_t HexField(const std::string& status, const std::string& name) {
  const size_t at = status.find(name + ":\t");
  uint64_t value = ~uint64_t{0};
  if (at == std::string::npos) return value;
  const char* const begin = status.data() + at + name.size() + 2;
  std::from_chars(begin, status.data() + status.size(), value, 16);
  return value;
}

TEST_F(SandboxTest, RootHasDockersCapabilitiesAndNoMore) {
  const uint64_t expected =
      HexField(ReadTestFile("/proc/self/status"), "CapBnd") & kDockerCapabilities;
  const StepResult step = Shell("cat /proc/self/status");
  EXPECT_EQ(HexField(step.out, "CapBnd"), expected);
  EXPECT_EQ(HexField(step.out, "CapPrm"), expected);
  EXPECT_EQ(HexField(step.out, "CapEff"), expected);
  EXPECT_EQ(HexField(step.out, "CapInh"), 0u);
  EXPECT_EQ(HexField(step.out, "CapAmb"), 0u);
}

TEST_F(SandboxTest, OtherUserHasNoCapability) {
  RunRequest request = ShellStep("cat /proc/self/status");
  request.uid = request.gid = 1000;
  const StepResult step = Run(request);
  EXPECT_EQ(HexField(step.out, "CapPrm"), 0u) << step.err;
  EXPECT_EQ(HexField(step.out, "CapEff"), 0u);
  EXPECT_EQ(HexField(step.out, "CapBnd") & ~kDockerCapabilities, 0u);
  // Set-user-id programs gain nothing outside of a user namespace.
  const bool inherited = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  EXPECT_THAT(step.out,
              HasSubstr(InUserNamespace() && !inherited ? "NoNewPrivs:\t0" : "NoNewPrivs:\t1"));
}

TEST_F(SandboxTest, FilterIsOnAndRefusesMounts) {
  EXPECT_THAT(Shell("grep Seccomp: /proc/self/status").out, HasSubstr("\t2\n"));
}

TEST_F(SandboxTest, InsecureStepKeepsCapabilitiesAndHasNoFilterOfOurs) {
  RunRequest request = ShellStep("cat /proc/self/status");
  request.security = SecurityMode::kInsecure;
  const StepResult step = Run(request);
  EXPECT_EQ(HexField(step.out, "CapBnd"), HexField(ReadTestFile("/proc/self/status"), "CapBnd"));
  EXPECT_EQ(HexField(step.out, "CapInh"), 0u);
}

TEST_F(SandboxTest, SeesOnlyTheStandardStreams) {
  const int leak = open("/dev/null", O_RDWR);  // no O_CLOEXEC
  // 3 is the directory that ls reads.
  EXPECT_EQ(Shell("exec ls /proc/self/fd").out, "0\n1\n2\n3\n");
  EXPECT_EQ(Shell("cat | wc -c").out, "0\n");
  close(leak);
}

TEST_F(SandboxTest, MasksProcAndSys) {
  EXPECT_EQ(Shell("cat /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | wc -c").out, "0\n");
  EXPECT_EQ(Shell("ls /proc/acpi /proc/scsi /sys/firmware 2>/dev/null | grep -v : | wc -w").out,
            "0\n");
  EXPECT_NE(Shell("echo x > /proc/sys/kernel/domainname").status(), 0);
  EXPECT_NE(Shell("echo h > /proc/sysrq-trigger").status(), 0);
  EXPECT_NE(Shell("mkdir /sys/fs/cgroup/x").status(), 0);
}

TEST_F(SandboxTest, CommandIsProcessOneAndHelperIsOutOfReach) {
  EXPECT_EQ(Shell("echo $$; for f in exe root; do busybox readlink /proc/1/$f; done").out,
            "1\n/bin/busybox\n/\n");
  // As in a container: the kernel does not let it end so.
  EXPECT_EQ(Shell("kill -9 1; echo still here").out, "still here\n");
  EXPECT_EQ(Shell("ls -d /proc/[0-9]*").out, "/proc/1\n");
}

TEST_F(SandboxTest, HasWorkingDevices) {
  const StepResult step = Shell(
      "echo x > /dev/null && head -c 2 /dev/zero | wc -c && head -c 3 /dev/urandom | wc -c &&"
      "touch /dev/shm/x && stat -c %a /dev/shm && ls /dev");
  EXPECT_EQ(step.out,
            "2\n3\n1777\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\n"
            "tty\nurandom\nzero\n")
      << step.err;
}

TEST_F(SandboxTest, DeviceThatTheStepMakesCannotBeOpened) {
  for (const char* path : {"/made", "/dev/made"}) {
    // As harmless as /dev/null, and made like the machine's disk.
    const StepResult step =
        Shell(std::string("busybox mknod ") + path + " c 1 3; cat " + path + " && echo opened");
    EXPECT_EQ(step.out, "") << step.err;
  }
}

TEST_F(SandboxTest, DeviceOfTheImageCannotBeOpened) {
  const std::string layer = NewDirectory();
  if (mknod((layer + "/disk").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) {
    GTEST_SKIP() << "cannot make a device";
  }
  RunRequest request = ShellStep("cat /disk && echo opened");
  LowerDirs(request).insert(LowerDirs(request).begin(), layer);
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, "") << step.err;
}

TEST_F(SandboxTest, WithoutNetworkOnlyLoopbackIsThere) {
  RunRequest request = ShellStep("grep : /proc/net/dev | wc -l; grep lo: /proc/net/dev | wc -l");
  request.network = NetworkMode::kNone;
  EXPECT_EQ(Run(request).out, "1\n1\n");
}

TEST_F(SandboxTest, MountTableShowsNoPathOfTheHost) {
  const StepResult step = Shell("cat /proc/self/mountinfo");
  EXPECT_THAT(step.out, Not(HasSubstr(directory_->path())));
}

TEST_F(SandboxTest, WorkingDirectoryCannotBeADescriptorOfTheHelper) {
  for (const int fd : {3, 5, 8, 11, 14}) {
    RunRequest request = ShellStep("ls");
    request.cwd = "/proc/self/fd/" + std::to_string(fd);  // CVE-2024-21626
    EXPECT_FALSE(Run(request).outcome.ok());
  }
}

}  // namespace
}  // namespace cooper
