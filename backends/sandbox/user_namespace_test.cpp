#include <fmt/format.h>
#include <linux/capability.h>

#include <cstdlib>

#include "backends/sandbox/ladder/capabilities.h"
#include "backends/sandbox/testing/sandbox_fixture.h"

namespace cooper {
namespace {

constexpr unsigned kUser = 54321;

// What depends on the kind of namespace; the rest would only take time.
constexpr const char* kFilter =
    "SandboxTest.*Capabilit*:SandboxTest.*Upper*:SandboxTest.*User*:SandboxTest.*Devices*:"
    "SandboxTest.*Network*:SandboxTest.*Mask*:SandboxTest.*Bind*:SandboxTest.*Secret*:"
    "SandboxTest.*Socket*:SandboxTest.*Layers*:SandboxTest.Stop*:SandboxTest.*ProcessOne*";
constexpr const char* kOneIdFilter =
    "OneIdTest.*:SandboxTest.*Capabilit*:SandboxTest.*Devices*:SandboxTest.*Mask*:"
    "SandboxTest.*Layers*:SandboxTest.Stop*:SandboxTest.*ProcessOne*";

bool Succeeds(const std::string& command) { return system(command.c_str()) == 0; }

// Runs the tests of real steps in another process, which `prefix` starts as
// somebody else.
class UserNamespaceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (getenv(kModeVariable) != nullptr) GTEST_SKIP() << "is that other process";
    if (geteuid() != 0 || !HasCapability(CAP_SYS_ADMIN)) {
      GTEST_SKIP() << "needs root with CAP_SYS_ADMIN, to become an ordinary user";
    }
    if (access("/bin/busybox", X_OK) != 0) GTEST_SKIP() << "needs /bin/busybox";
    if (!Succeeds("command -v setpriv > /dev/null")) GTEST_SKIP() << "needs setpriv (util-linux)";
  }

  static std::string Suite(const std::string& prefix, Rung rung = Rung::kUserns) {
    return fmt::format("{}={} {} {} --gtest_brief=1 --gtest_filter={} >&2", kModeVariable,
                       NameOf(rung), prefix, Self(),
                       rung == Rung::kUserns1 ? kOneIdFilter : kFilter);
  }
  static std::string Self() { return std::filesystem::read_symlink("/proc/self/exe").string(); }
};

TEST_F(UserNamespaceTest, StepsWorkForOrdinaryUserWithSubordinateIds) {
  if (access("/usr/bin/newuidmap", X_OK) != 0) GTEST_SKIP() << "needs newuidmap (package uidmap)";
  const std::string become = fmt::format("setpriv --reuid={0} --regid={0} --clear-groups", kUser);
  if (!Succeeds(fmt::format("{} test -x {}", become, Self()))) {
    GTEST_SKIP() << "needs a build directory that other users may enter";
  }
  // The user and its ids exist in a mount namespace only.
  const TestDirectory files;
  chmod(files.path().c_str(), 0755);
  WriteTestFile(files / "passwd", ReadTestFile("/etc/passwd") +
                                      fmt::format("cooper-test:x:{0}:{0}::/:/bin/sh\n", kUser));
  WriteTestFile(files / "subuid", "cooper-test:700000:30000\ncooper-test:800000:65536\n");
  std::string script = "set -e; ";
  for (const char* name : {"passwd", "subuid", "subgid"}) {
    const char* const source = std::string_view(name) == "subgid" ? "subuid" : name;
    if (access(fmt::format("/etc/{}", name).c_str(), F_OK) != 0) {
      GTEST_SKIP() << "needs the file /etc/" << name << ", to mount another one on it";
    }
    script += fmt::format("mount --bind {} /etc/{}; ", files / source, name);
  }
  script += Suite("exec " + become);
  // `exec` wants the assignment in front to be exported.
  script = fmt::format("export {}=userns; {}", kModeVariable, script);
  EXPECT_TRUE(Succeeds(fmt::format("unshare -m sh -c \"{}\"", script)));
}

TEST_F(UserNamespaceTest, StepsWorkForRootWithoutSysAdmin) {
  EXPECT_TRUE(Succeeds(Suite("setpriv --bounding-set=-sys_admin")));
}

TEST_F(UserNamespaceTest, StepsWorkForRootWithoutItsIdInTheMap) {
  EXPECT_TRUE(Succeeds(Suite("setpriv --bounding-set=-sys_admin,-setfcap")));
}

TEST_F(UserNamespaceTest, StepsWorkForOrdinaryUserWithOneId) {
  const std::string become =
      fmt::format("setpriv --reuid={0} --regid={0} --clear-groups --no-new-privs", kUser);
  if (!Succeeds(fmt::format("{} test -x {}", become, Self()))) {
    GTEST_SKIP() << "needs a build directory that other users may enter";
  }
  EXPECT_TRUE(Succeeds(Suite(become, Rung::kUserns1)));
}

TEST_F(UserNamespaceTest, StepsWorkForRootWithOneId) {
  EXPECT_TRUE(Succeeds(Suite("setpriv --bounding-set=-sys_admin", Rung::kUserns1)));
}

}  // namespace
}  // namespace cooper
