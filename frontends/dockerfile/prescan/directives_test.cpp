#include "frontends/dockerfile/prescan/directives.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

std::string Syntax(std::string_view text) {
  const std::optional<Directive> found = FindForeignSyntax(text, 0);
  return found ? found->value : "(none)";
}

TEST(ForeignSyntax, StandsBehindAnInterpreterLine) {
  EXPECT_EQ(Syntax("#!/usr/bin/env x\n# syntax = a/b:1 \n"), "a/b:1");
  EXPECT_EQ(FindForeignSyntax("#!x\n# syntax=a\n", 0)->range, (SourceRange{0, {2, 1}, {2, 11}}));
}

TEST(ForeignSyntax, StandsInCommentsOfOtherLanguages) {
  EXPECT_EQ(Syntax("// key=value\n// syntax=a/b\nx"), "a/b");
  EXPECT_EQ(Syntax("x\n// syntax=a/b\n"), "(none)");
}

TEST(ForeignSyntax, IsAKeyOfJson) {
  EXPECT_EQ(Syntax("\n {\"x\": 1, \"syntax\": \"a/b\"}"), "a/b");
  EXPECT_EQ(Syntax("{\"syntax\": 1}"), "(none)");
  EXPECT_EQ(Syntax("{ broken"), "(none)");
}

TEST(ForeignSyntax, IsNotInAnOrdinaryDockerfile) {
  EXPECT_EQ(Syntax("FROM scratch\n# syntax=a\n"), "(none)");
  EXPECT_EQ(Syntax(""), "(none)");
}

}  // namespace
}  // namespace cooper
