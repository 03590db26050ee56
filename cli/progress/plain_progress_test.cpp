#include "cli/progress/plain_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace cooper {
namespace {

using testing::EndsWith;

class PlainProgressTest : public testing::Test {
 protected:
  PlainProgressTest() { step_.id = 7; }

  BuildPlan plan_;
  Step step_;
  std::ostringstream out_;
  PlainProgress progress_{plan_, out_, /*quiet=*/false};
};

TEST_F(PlainProgressTest, ShowsWholeLinesSafely) {
  progress_.StepOutput(step_, 1, "one\ntw");
  EXPECT_EQ(out_.str(), "#7 | one\n");
  progress_.StepOutput(step_, 1, "o\r\n\x1b[2J\n");
  EXPECT_EQ(out_.str(), "#7 | one\n#7 | two\n#7 | \\x1b[2J\n");
}

TEST_F(PlainProgressTest, BreaksLinesThatDoNotEnd) {
  progress_.StepOutput(step_, 1, std::string(10000, 'x'));
  EXPECT_EQ(out_.str(), "#7 | " + std::string(8192, 'x') + "\n");
}

TEST_F(PlainProgressTest, StopsShowingWhatNobodyReads) {
  const std::string mebibyte(1 << 20, 'x');
  for (int i = 0; i < 20; ++i) progress_.StepOutput(step_, 1, mebibyte);
  EXPECT_THAT(out_.str(), EndsWith("#7 its output beyond 16 MiB is not shown\n"));
  EXPECT_LT(out_.str().size(), size_t{20} << 20);
}

}  // namespace
}  // namespace cooper
