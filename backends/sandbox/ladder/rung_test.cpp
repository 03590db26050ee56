#include "backends/sandbox/ladder/rung.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

TEST(ParseRung, ReadsAutoAndBuiltRungs) {
  EXPECT_EQ(*ParseRung("auto"), RungChoice());
  EXPECT_EQ(*ParseRung("ns"), RungChoice(Rung::kNs));
  EXPECT_EQ(*ParseRung("userns"), RungChoice(Rung::kUserns));
}

TEST(ParseRung, RefusesRungThatIsNotBuiltAsUnsupported) {
  for (const char* name : {"chroot", "inplace"}) {
    EXPECT_EQ(ParseRung(name).error().kind(), DiagnosticKind::kUnsupported) << name;
  }
}

TEST(ParseRung, RefusesUnknownNameAsWrongUsage) {
  EXPECT_EQ(ParseRung("docker").error().kind(), DiagnosticKind::kUsage);
  EXPECT_EQ(ParseRung("").error().kind(), DiagnosticKind::kUsage);
}

}  // namespace
}  // namespace cooper
