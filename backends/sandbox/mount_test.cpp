// Mounts of a step, and what they leave in its layer.

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "backends/sandbox/relay/socket_relay.h"
#include "backends/sandbox/testing/sandbox_fixture.h"

namespace cooper {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

SandboxMount Bind(const std::string& source, const std::string& target, bool read_only) {
  SandboxMount mount;
  mount.source = source;
  mount.target = target;
  mount.read_only = read_only;
  return mount;
}

TEST_F(SandboxTest, SystemMountsLeaveNothingInUpper) {
  const StepResult step = Shell("cat /etc/resolv.conf > /dev/null");
  ASSERT_TRUE(step.outcome.ok()) << step.err;
  EXPECT_EQ(CountEntries(step.upper), 0u);
  EXPECT_THAT(step.outcome->stub_paths, IsEmpty());
}

TEST_F(SandboxTest, ReportsStubsWhereTheImageRemovedSystemFiles) {
  const StepResult base = Shell("mkdir -p /etc; touch /etc/x");
  const std::string layer = NewDirectory();
  mkdir((layer + "/etc").c_str(), 0755);
  ASSERT_EQ(mknod((layer + "/etc/resolv.conf").c_str(), S_IFCHR, 0), 0);  // a whiteout
  RunRequest request = ShellStep("cat /etc/resolv.conf");
  LowerDirs(request).insert(LowerDirs(request).begin(), {layer, base.upper});
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, ReadTestFile("/etc/resolv.conf")) << step.err;
  EXPECT_THAT(step.outcome->stub_paths, ElementsAre("etc/resolv.conf"));
}

TEST_F(SandboxTest, LeavesAnImagesOwnSystemFilesAlone) {
  const std::string layer = NewDirectory();
  mkdir((layer + "/etc").c_str(), 0755);
  WriteTestFile(layer + "/etc/hosts", "the image's\n");
  RunRequest request = ShellStep("touch /etc/new; cat /etc/hosts");
  LowerDirs(request).insert(LowerDirs(request).begin(), layer);
  const StepResult step = Run(request);
  EXPECT_THAT(step.out, Not(HasSubstr("the image's")));
  EXPECT_THAT(step.outcome->stub_paths, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(step.upper + "/etc/hosts"));
  EXPECT_EQ(ReadTestFile(layer + "/etc/hosts"), "the image's\n");
}

TEST_F(SandboxTest, StubsInADirectoryThatTheImageLacksLeaveNothing) {
  RunRequest request = ShellStep("cat /etc/deep/key");
  SandboxMount secret;
  secret.kind = SandboxMount::Kind::kFile;
  secret.target = "/etc/deep/key";
  secret.content = "x\n";
  request.mounts = {secret};
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, "x\n") << step.err;
  EXPECT_THAT(step.outcome->stub_paths, ElementsAre("etc", "etc/deep", "etc/deep/key"));
  // A directory of the image's own is no stub, nor is one that the step filled.
  const std::string layer = NewDirectory();
  mkdir((layer + "/etc").c_str(), 0755);
  RunRequest own = request;
  LowerDirs(own).insert(LowerDirs(own).begin(), layer);
  EXPECT_THAT(Run(own).outcome->stub_paths, ElementsAre("etc/deep", "etc/deep/key"));
  request.args.back() = "touch /etc/mine";
  EXPECT_THAT(Run(request).outcome->stub_paths, ElementsAre("etc/deep", "etc/deep/key"));
}

TEST_F(SandboxTest, StubDoesNotChangeTimeOfItsDirectory) {
  const std::string layer = NewDirectory();
  mkdir((layer + "/etc").c_str(), 0755);
  ASSERT_EQ(mknod((layer + "/etc/hosts").c_str(), S_IFCHR, 0), 0);  // a whiteout: needs a stub
  const timespec times[2] = {{1000000000, 5}, {1000000000, 5}};
  utimensat(AT_FDCWD, (layer + "/etc").c_str(), times, 0);
  RunRequest request = ShellStep("stat -c %Y /etc");
  LowerDirs(request).insert(LowerDirs(request).begin(), layer);
  EXPECT_EQ(Run(request).out, "1000000000\n");
}

TEST_F(SandboxTest, CompletesDanglingLinkOfResolvConfInsideTheRoot) {
  const std::string layer = NewDirectory();
  mkdir((layer + "/etc").c_str(), 0755);
  symlink("../../../run/systemd/resolve/stub-resolv.conf", (layer + "/etc/resolv.conf").c_str());
  RunRequest request = ShellStep("cat /etc/resolv.conf");
  LowerDirs(request).insert(LowerDirs(request).begin(), layer);
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, ReadTestFile("/etc/resolv.conf")) << step.err;
  EXPECT_THAT(step.outcome->stub_paths, Contains("run/systemd/resolve/stub-resolv.conf"));
  EXPECT_THAT(step.outcome->stub_paths, Contains("run"));
}

TEST_F(SandboxTest, BindsDirectoriesAndFiles) {
  const std::string cache = NewDirectory();
  WriteTestFile(cache + "/file", "cached\n");
  RunRequest request = ShellStep("cat /c/file /one; echo new > /c/new; echo x > /one");
  request.mounts = {Bind(cache, "/c", false), Bind(cache + "/file", "/one", true)};
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, "cached\ncached\n") << step.err;
  EXPECT_NE(step.status(), 0);  // the last write
  EXPECT_EQ(ReadTestFile(cache + "/new"), "new\n");
  EXPECT_FALSE(std::filesystem::exists(step.upper + "/c/new"));
}

TEST_F(SandboxTest, MountsDeeperTargetsLater) {
  const std::string outer = NewDirectory();
  const std::string inner = NewDirectory();
  mkdir((outer + "/in").c_str(), 0755);
  WriteTestFile(inner + "/file", "inner\n");
  RunRequest request = ShellStep("cat /o/in/file");
  request.mounts = {Bind(inner, "/o/in", true), Bind(outer, "/o", true)};
  EXPECT_EQ(Run(request).out, "inner\n");
}

TEST_F(SandboxTest, SecretIsAFileInMemory) {
  RunRequest request = ShellStep("cat /run/secrets/token; stat -c '%a %u' /run/secrets/token");
  SandboxMount secret;
  secret.kind = SandboxMount::Kind::kFile;
  secret.target = "/run/secrets/token";
  secret.content = "s3cret\n";
  secret.mode = 0400;
  secret.uid = 1000;
  request.mounts = {secret};
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, "s3cret\n400 1000\n") << step.err;
  EXPECT_EQ(ReadTestFile(step.upper + "/run/secrets/token"), "");
  EXPECT_THAT(step.outcome->stub_paths, Contains("run/secrets/token"));
}

// Whether the mount at `target` has `flag` in the step's own list of mounts.
std::string HasMountFlag(const std::string& target, const std::string& flag) {
  return "grep ' " + target + " ' /proc/self/mountinfo | cut -d' ' -f6 | grep -qw " + flag +
         " && echo " + flag + "; ";
}

TEST_F(SandboxTest, SecretIsReadOnlyAndCannotBeExecuted) {
  SandboxMount secret;
  secret.kind = SandboxMount::Kind::kFile;
  secret.target = "/plain";
  secret.content = "#!/bin/sh\necho started\n";
  secret.read_only = true;
  secret.mode = 0400;
  SandboxMount program = secret;
  program.target = "/program";
  program.mode = 0500;
  RunRequest request =
      ShellStep("alias cut='busybox cut'; " + HasMountFlag("/plain", "ro") +
                HasMountFlag("/plain", "nosuid") + HasMountFlag("/plain", "nodev") +
                HasMountFlag("/plain", "noexec") + HasMountFlag("/program", "noexec") +
                "/program; echo x 2>/dev/null >> /plain || echo refused");
  request.mounts = {secret, program};
  EXPECT_EQ(Run(request).out, "ro\nnosuid\nnodev\nnoexec\nstarted\nrefused\n");
}

TEST_F(SandboxTest, BindOpensNoDeviceThatTheStepMakes) {
  RunRequest request =
      ShellStep("busybox mknod /c/null c 1 3 || exit 0; cat /c/null && echo opened");
  request.mounts = {Bind(NewDirectory(), "/c", false)};
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, "") << step.err;
}

TEST_F(SandboxTest, SocketOfARelayIsTheStepUsers) {
  const std::string directory = NewDirectory();
  const ScopedFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  (directory + "/host").copy(address.sun_path, sizeof(address.sun_path) - 1);
  const ScopedFd host(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(bind(host.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  const auto relay = SocketRelay::Start(fd.get(), "step", {.mode = 0600, .uid = 1000, .gid = 7},
                                        directory + "/host");
  ASSERT_TRUE(relay.ok()) << relay.error().message();
  RunRequest request = ShellStep("stat -c '%F %a %u %g' /run/agent");
  request.uid = 1000;
  request.mounts = {Bind(directory + "/step", "/run/agent", false)};
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, "socket 600 1000 7\n") << step.err;
  EXPECT_THAT(step.outcome->stub_paths, Contains("run/agent"));
}

TEST_F(SandboxTest, TmpfsTakesModeAndSize) {
  RunRequest request = ShellStep("stat -c %a /t; head -c 2000000 /dev/zero > /t/x");
  SandboxMount tmpfs;
  tmpfs.kind = SandboxMount::Kind::kTmpfs;
  tmpfs.target = "/t";
  tmpfs.mode = 01777;
  tmpfs.size_bytes = 1 << 20;
  request.mounts = {tmpfs};
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, "1777\n") << step.err;
  EXPECT_NE(step.status(), 0);
}

TEST_F(SandboxTest, SubpathAndTargetLinksStayInside) {
  const std::string cache = NewDirectory();
  WriteTestFile(cache + "/hostname", "inside\n");
  symlink("/", (cache + "/up").c_str());
  const std::string layer = NewDirectory();
  symlink("/", (layer + "/link").c_str());
  RunRequest request = ShellStep("cat /made/hostname");
  LowerDirs(request).insert(LowerDirs(request).begin(), layer);
  SandboxMount mount = Bind(cache, "/link/../made", true);
  mount.subpath = "up/../../..";
  request.mounts = {mount};
  EXPECT_EQ(Run(request).out, "inside\n");
}

TEST_F(SandboxTest, RefusesTargetInsideProc) {
  RunRequest request = ShellStep("true");
  request.mounts = {Bind(NewDirectory(), "/proc/sys", false)};
  const StepResult step = Run(request);
  ASSERT_FALSE(step.outcome.ok());
  EXPECT_THAT(step.err, HasSubstr("`/proc/sys`"));
}

TEST_F(SandboxTest, RefusesImageWhoseProcIsALink) {
  const std::string layer = NewDirectory();
  symlink("/bin", (layer + "/proc").c_str());
  RunRequest request = ShellStep("true");
  LowerDirs(request).insert(LowerDirs(request).begin(), layer);
  EXPECT_THAT(Run(request).err, HasSubstr("openat2 `/proc`"));
}

}  // namespace
}  // namespace cooper
