#include "backends/sandbox/ladder/rung.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

TEST(ParseRung, ReadsAutoAndEveryName) {
  EXPECT_EQ(*ParseRung("auto"), RungChoice());
  for (const Rung rung :
       {Rung::kNs, Rung::kUserns, Rung::kUserns1, Rung::kChroot, Rung::kInplace}) {
    EXPECT_EQ(*ParseRung(NameOf(rung)), RungChoice(rung)) << NameOf(rung);
  }
}

TEST(ParseRung, RefusesUnknownNameAsWrongUsage) {
  EXPECT_EQ(ParseRung("docker").error().kind(), DiagnosticKind::kUsage);
  EXPECT_EQ(ParseRung("").error().kind(), DiagnosticKind::kUsage);
}

}  // namespace
}  // namespace cooper
