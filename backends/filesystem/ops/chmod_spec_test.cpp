#include "backends/filesystem/ops/chmod_spec.h"

#include "gtest/gtest.h"

namespace cooper {
namespace {

uint32_t Apply(std::string_view spec, uint32_t mode, bool is_directory = false) {
  const auto parsed = ChmodSpec::Parse(spec);
  EXPECT_TRUE(parsed.ok()) << spec;
  return parsed.ok() ? parsed->Apply(mode, is_directory) : 0xffffffff;
}

TEST(ChmodSpec, OctalReplacesTheWholeMode) {
  EXPECT_EQ(Apply("755", 04600), 0755U);
  EXPECT_EQ(Apply("07777", 0), 07777U);
  EXPECT_EQ(Apply("0", 0777), 0U);
  EXPECT_EQ(ChmodSpec::Parse("0640")->octal(), 0640U);
  EXPECT_EQ(ChmodSpec::Parse("u=r")->octal(), std::nullopt);
}

TEST(ChmodSpec, SymbolicClausesApplyInOrder) {
  EXPECT_EQ(Apply("u=rwX,go=rX", 0600), 0644U);
  EXPECT_EQ(Apply("u=rwX,go=rX", 0700), 0755U);
  EXPECT_EQ(Apply("u=rwX,go=rX", 0600, true), 0755U);
  EXPECT_EQ(Apply("a+x,o-x", 0644), 0754U);
  EXPECT_EQ(Apply("+w", 0444), 0666U);
  EXPECT_EQ(Apply("u=rw-w+x", 0), 0500U);
  EXPECT_EQ(Apply("g=u", 0740), 0770U);
  EXPECT_EQ(Apply("=", 0777), 0U);
}

TEST(ChmodSpec, SetIdAndStickyBits) {
  EXPECT_EQ(Apply("u+s", 0755), 04755U);
  EXPECT_EQ(Apply("g+s", 0755), 02755U);
  EXPECT_EQ(Apply("+t", 0777), 01777U);
  EXPECT_EQ(Apply("u-s", 06755), 02755U);
}

TEST(ChmodSpec, RefusesAnythingElse) {
  for (const char* spec :
       {"", "8", "10000", "u+q", "x", "u", "u=r,", ",u=r", "-1x9", "0x1", "77777777777777777777"}) {
    const auto parsed = ChmodSpec::Parse(spec);
    ASSERT_FALSE(parsed.ok()) << spec;
    EXPECT_EQ(parsed.error().kind(), DiagnosticKind::kInvalidFlag);
  }
}

}  // namespace
}  // namespace cooper
