#include "cli/flags/quantities.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

TEST(Quantities, RefusesValuesThatMeanNothing) {
  for (const char* text : {"", "7", "d", "7y", "-1h", "1h-", "1e9h", "99999999999w", "nan"}) {
    EXPECT_FALSE(ParseDuration("--x", text).ok()) << text;
  }
  for (const char* text : {"", "GB", "-1", "1XB", "1 GB", "1GBB", "1kmb", "99999999PB", "inf"}) {
    EXPECT_FALSE(ParseByteSize("--x", text).ok()) << text;
  }
}

}  // namespace
}  // namespace cooper
