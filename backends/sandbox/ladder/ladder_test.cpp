#include "backends/sandbox/ladder/ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backends/sandbox/ladder/capabilities.h"
#include "backends/sandbox/ladder/child.h"
#include "backends/sandbox/ladder/user_namespace.h"

namespace cooper {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr unsigned kUser = 54321;

class LadderTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0 || !HasCapability(CAP_SYS_ADMIN)) {
      GTEST_SKIP() << "needs root with CAP_SYS_ADMIN, to become others";
    }
  }

  // What the choice ends with for a child that `become` made somebody else.
  static std::string Chosen(RungChoice choice, const std::function<bool()>& become) {
    std::string text;
    const Status status = TryInChild([&]() -> Status {
      if (!become()) return Error(DiagnosticKind::kInternal, "could not become that");
      Result<Footing> footing = ChooseRung(choice, "/var/tmp");
      if (!footing.ok()) return std::move(footing).error();
      // The only way to hand a text out of the child.
      std::string found(NameOf(footing->rung));
      for (const std::string& reason : footing->passed_over) found += "\n" + reason;
      return Error(DiagnosticKind::kInternal, found);
    });
    return status.ok() ? "" : status.error().message();
  }

  static bool Root() { return true; }
  static bool OrdinaryUser() {
    return setresgid(kUser, kUser, kUser) == 0 && setresuid(kUser, kUser, kUser) == 0;
  }
  static bool RootWithoutSysAdmin() { return Drop(CAP_SYS_ADMIN); }
  static bool Drop(unsigned capability) {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[2] = {};
    if (syscall(SYS_capget, &header, sets) != 0) return false;
    sets[capability / 32].effective &= ~(1u << capability % 32);
    sets[capability / 32].permitted &= ~(1u << capability % 32);
    return prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0 &&
           syscall(SYS_capset, &header, sets) == 0;
  }
};

TEST_F(LadderTest, RootOfMachineTakesTheBest) { EXPECT_EQ(Chosen(RungChoice(), Root), "ns"); }

TEST_F(LadderTest, RootWithoutSysAdminTakesUserNamespaceAndSaysWhy) {
  EXPECT_EQ(Chosen(RungChoice(), RootWithoutSysAdmin), "userns\nns: root lacks CAP_SYS_ADMIN");
}

TEST_F(LadderTest, SaysWhichFileLacksTheUser) {
  const std::string text = Chosen(Rung::kUserns, OrdinaryUser);
  EXPECT_THAT(text, StartsWith("RUN cannot be executed here; userns: "));
  EXPECT_THAT(text, HasSubstr("uid"));
}

TEST_F(LadderTest, NsByNameSaysThatRootIsMissing) {
  EXPECT_EQ(Chosen(Rung::kNs, OrdinaryUser),
            "RUN cannot be executed here; ns: the process is not root");
}

TEST_F(LadderTest, NeverChangesTheRootOfAMachine) {
  if (access("/.dockerenv", F_OK) == 0) GTEST_SKIP() << "is a container";
  EXPECT_THAT(Chosen(Rung::kInplace, Root), HasSubstr("no container"));
}

TEST_F(LadderTest, ChrootTakesRootWithDevices) {
  EXPECT_EQ(Chosen(Rung::kChroot, Root), "chroot");
  EXPECT_THAT(Chosen(Rung::kChroot, [] { return Drop(CAP_MKNOD); }), HasSubstr("CAP_MKNOD"));
  EXPECT_THAT(Chosen(Rung::kChroot, [] { return Drop(CAP_SYS_CHROOT); }),
              HasSubstr("CAP_SYS_CHROOT"));
}

TEST_F(LadderTest, ChoosingChangesNothing) {
  const bool before = InUserNamespace();
  ASSERT_TRUE(ChooseRung(Rung::kUserns, "/var/tmp").ok());
  EXPECT_EQ(InUserNamespace(), before);
  EXPECT_TRUE(HasCapability(CAP_SYS_ADMIN));
}

}  // namespace
}  // namespace cooper
