#include "backends/sandbox/stub_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RemainingStubs, KeepsEmptyFilesAndTheDirectoriesMadeForThem) {
  const TestDirectory upper;
  mkdir((upper / "run").c_str(), 0755);
  mkdir((upper / "run/secrets").c_str(), 0755);
  WriteTestFile(upper / "run/secrets/token", "");
  EXPECT_THAT(RemainingStubs(upper.path(), {"run", "run/secrets", "run/secrets/token"}),
              ElementsAre("run", "run/secrets", "run/secrets/token"));
}

TEST(RemainingStubs, DropsDirectoryThatTheStepPutAFileInto) {
  const TestDirectory upper;
  mkdir((upper / "etc").c_str(), 0755);
  WriteTestFile(upper / "etc/hosts", "");
  WriteTestFile(upper / "etc/mine", "x");
  EXPECT_THAT(RemainingStubs(upper.path(), {"etc", "etc/hosts"}), ElementsAre("etc/hosts"));
}

TEST(RemainingStubs, DropsWhatIsNotInUpperAndDoesNotFollowLinks) {
  const TestDirectory upper;
  const TestDirectory outside;
  WriteTestFile(outside / "hosts", "");
  ASSERT_EQ(symlink(outside.path().c_str(), (upper / "etc").c_str()), 0);
  EXPECT_THAT(RemainingStubs(upper.path(), {"etc/hosts", "gone"}), IsEmpty());
}

}  // namespace
}  // namespace cooper
