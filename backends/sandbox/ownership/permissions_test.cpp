#include "backends/sandbox/ownership/permissions.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

const StepCredentials kApp = StepCredentials::Of(1000, 1001, {77});
const StepCredentials kRoot = StepCredentials::Of(0, 0, {});

TEST(MayWrite, TakesTheFirstClassThatFits) {
  EXPECT_TRUE(MayWrite(kApp, {1000, 5}, 0200));
  EXPECT_FALSE(MayWrite(kApp, {1000, 5}, 0022));
  EXPECT_TRUE(MayWrite(kApp, {5, 77}, 0020));
  EXPECT_TRUE(MayWrite(kApp, {5, 1001}, 0020));
  EXPECT_FALSE(MayWrite(kApp, {5, 77}, 0202));
  EXPECT_TRUE(MayWrite(kApp, {0, 0}, 0002));
  EXPECT_FALSE(MayWrite(kApp, {0, 0}, 0770));
  EXPECT_TRUE(MayWrite(kRoot, {1000, 1000}, 0));
}

TEST(MayRemove, KeepsFilesOfOthersInStickyDirectories) {
  EXPECT_FALSE(MayRemove(kApp, {0, 0}, 01777, {5, 5}));
  EXPECT_TRUE(MayRemove(kApp, {0, 0}, 01777, {1000, 5}));
  EXPECT_TRUE(MayRemove(kApp, {1000, 0}, 01755, {5, 5}));
  EXPECT_TRUE(MayRemove(kApp, {0, 0}, 0777, {5, 5}));
  EXPECT_FALSE(MayRemove(kApp, {0, 0}, 0755, {1000, 5}));
  EXPECT_TRUE(MayRemove(kRoot, {5, 0}, 01700, {5, 5}));
}

}  // namespace
}  // namespace cooper
