#include "ir/text/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using ::testing::ElementsAre;

TEST(Csv, SplitsAtCommasOutsideQuotes) {
  EXPECT_THAT(SplitCsv(""), ElementsAre(""));
  EXPECT_THAT(SplitCsv("a=1,,b"), ElementsAre("a=1", "", "b"));
  EXPECT_THAT(SplitCsv("\"a=1,2\",b=\"x,y\""), ElementsAre("a=1,2", "b=x,y"));
}

TEST(Csv, ReadsTwoQuotesInQuotesAsOne) {
  EXPECT_THAT(SplitCsv("\"a=\"\"1\"\"\",b"), ElementsAre("a=\"1\"", "b"));
  EXPECT_THAT(SplitCsv("a,\"open,b"), ElementsAre("a", "open,b"));
}

}  // namespace
}  // namespace cooper
