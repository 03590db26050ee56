#include "ir/base/source_date_epoch.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

TEST(SourceDateEpoch, IsSecondsInDecimalDigits) {
  EXPECT_EQ(ParseSourceDateEpoch("0"), 0);
  EXPECT_EQ(ParseSourceDateEpoch("1700000000"), 1'700'000'000);
  EXPECT_EQ(ParseSourceDateEpoch("253402300799"), 253'402'300'799);
}

TEST(SourceDateEpoch, RefusesEverythingElse) {
  for (const char* text : {"", "-1", "-0", "+1", " 1", "1 ", "1.5", "0x10", "context",
                           "253402300800", "99999999999999999999"}) {
    EXPECT_EQ(ParseSourceDateEpoch(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace cooper
