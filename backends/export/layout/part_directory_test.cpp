#include "backends/export/layout/part_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "backends/store/testing/test_directory.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;

ScopedFd Open(const TestDirectory& directory) {
  return ScopedFd(open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

TEST(PartDirectory, AppearsWhenItIsMovedAlone) {
  const TestDirectory parent;
  for (const bool move : {false, true}) {
    PartDirectory part(Open(parent), "out");
    ScopedFd directory;
    ASSERT_EQ(part.Make(directory), 0);
    ASSERT_EQ(mkdirat(directory.get(), "inside", 0755), 0);
    EXPECT_FALSE(fs::exists(parent / "out"));
    if (move) {
      ASSERT_EQ(part.MoveIntoPlace(), 0);
    }
  }
  EXPECT_TRUE(fs::exists(parent / "out/inside"));
  EXPECT_EQ(CountEntries(parent.path()), 1u);
}

TEST(PartDirectory, RemovesWhatAKilledOneLeftAndNothingElse) {
  const TestDirectory parent;
  const auto die = [&parent] {
    PartDirectory part(Open(parent), "out");
    ScopedFd directory;
    if (part.Make(directory) == 0) raise(SIGKILL);
  };
  EXPECT_EXIT(die(), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EQ(CountEntries(parent.path()), 1u);
  fs::create_directory(parent / ".other.0123456789abcdef.part");
  fs::create_directory(parent / ".out.mine.part");
  PartDirectory alive(Open(parent), "out");
  ScopedFd first;
  ASSERT_EQ(alive.Make(first), 0);
  {
    PartDirectory part(Open(parent), "out");
    ScopedFd second;
    ASSERT_EQ(part.Make(second), 0);
    EXPECT_EQ(CountEntries(parent.path()), 4u);
  }
  EXPECT_EQ(alive.MoveIntoPlace(), 0);
  EXPECT_EQ(CountEntries(parent.path()), 3u);
  EXPECT_TRUE(fs::exists(parent / ".other.0123456789abcdef.part"));
  EXPECT_TRUE(fs::exists(parent / ".out.mine.part"));
}

}  // namespace
}  // namespace cooper
