#include "frontends/dockerfile/operands/duration.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

TEST(Duration, ReadsAndWritesGoForms) {
  EXPECT_EQ(FormatDuration(*ParseDuration("90s")), "1m30s");
  EXPECT_EQ(FormatDuration(*ParseDuration("1.5h")), "1h30m0s");
  EXPECT_EQ(FormatDuration(*ParseDuration("100ms")), "100ms");
  EXPECT_EQ(FormatDuration(*ParseDuration("1500us")), "1.5ms");
  EXPECT_EQ(FormatDuration(*ParseDuration("0")), "0s");
  EXPECT_EQ(*ParseDuration("-1s"), -1'000'000'000);
}

TEST(Duration, RefusesWhatHasNoUnitOrNumber) {
  for (const char* text : {"5", "", "s", "1x", "1s2", "99999999999h"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

}  // namespace
}  // namespace cooper
