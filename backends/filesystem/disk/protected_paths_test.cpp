#include "backends/filesystem/disk/protected_paths.h"

#include "gtest/gtest.h"

namespace cooper {
namespace {

TEST(ProtectedPaths, CoversWhatIsBelowAndIsAboveByNames) {
  ProtectedPaths paths;
  paths.Add("/run/secrets/token");
  EXPECT_TRUE(paths.Covers("run/secrets/token"));
  EXPECT_TRUE(paths.Covers("run/secrets/token/x"));
  EXPECT_FALSE(paths.Covers("run/secrets/token2"));
  EXPECT_FALSE(paths.Covers("run/secrets"));
  EXPECT_FALSE(paths.Covers(""));
  for (const char* path : {"", "run", "run/secrets"}) EXPECT_TRUE(paths.IsAbove(path)) << path;
  for (const char* path : {"ru", "run/secrets/token", "run/secrets/to"}) {
    EXPECT_FALSE(paths.IsAbove(path)) << path;
  }
}

TEST(ProtectedPaths, ReadsMountPoints) {
  ProtectedPaths paths;
  paths.AddMountPoints(
      "21 1 8:1 / / rw,relatime - ext4 /dev/root rw\n"
      "22 21 0:5 / /a\\040b\\134c rw shared:2 - tmpfs tmpfs rw\n"
      "23 21 0:6 / /proc rw - proc proc rw");
  EXPECT_TRUE(paths.Covers("a b\\c/x"));
  EXPECT_TRUE(paths.Covers("proc"));
  EXPECT_FALSE(paths.Covers("etc"));
}

TEST(ProtectedPaths, RootProtectsNothing) {
  ProtectedPaths paths;
  paths.Add("/");
  EXPECT_TRUE(paths.empty());
  EXPECT_FALSE(paths.IsAbove(""));
}

}  // namespace
}  // namespace cooper
