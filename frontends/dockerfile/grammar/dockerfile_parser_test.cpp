#include "frontends/dockerfile/grammar/dockerfile_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frontends/dockerfile/grammar/ast_printer.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class DockerfileParser : public ::testing::Test {
 protected:
  Dockerfile Parse(std::string text) {
    return ParseDockerfile(files_, files_.Add("Dockerfile", std::move(text)), diagnostics_);
  }
  std::string Print(std::string text) { return PrintAst(Parse(std::move(text))); }

  SourceFiles files_;
  DiagnosticEngine diagnostics_;
};

TEST_F(DockerfileParser, KeepsShellTextWhole) {
  EXPECT_EQ(Print("RUN  make  -j2 && \\\n  echo 'a  b'\n"),
            "(run \"make  -j2 &&   echo 'a  b'\")\n");
}

TEST_F(DockerfileParser, ReadsTheExecForm) {
  const Dockerfile file = Parse(R"(cmd [ "a b", "c\"\u00e9" ] )");
  EXPECT_EQ(PrintAst(file), "(cmd \"a b\" \"c\\\"\xc3\xa9\")\n");
  EXPECT_TRUE(file.instructions[0].json);
}

TEST_F(DockerfileParser, FallsBackToTheShellForm) {
  EXPECT_EQ(Print("RUN [ -f x ]\nCMD ['a']\nRUN [\"a\",]\nCOPY [a b]\n"),
            "(run \"[ -f x ]\")\n(cmd \"['a']\")\n(run \"[\\\"a\\\",]\")\n(copy \"[a\" \"b]\")\n");
}

TEST_F(DockerfileParser, RefusesJsonOfOtherThings) {
  Print("CMD [\"a\", 1]\nRUN [[\"a\"]]\n");
  const std::vector<Diagnostic> found = diagnostics_.Sorted();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_THAT(found[0].message, HasSubstr("comprised of strings only"));
  EXPECT_EQ(found[0].range, (SourceRange{0, {1, 5}, {1, 13}}));
}

TEST_F(DockerfileParser, SplitsFlagsFromTheRest) {
  const Dockerfile file = Parse("COPY --from=a --chown=\"x y\" \\\n --link b- --c d\n");
  EXPECT_EQ(PrintAst(file),
            "(copy [\"--from=a\" \"--chown=x y\" \"--link\"] \"b-\" \"--c\" \"d\")\n");
  EXPECT_EQ(file.instructions[0].RangeOf(file.instructions[0].flags[2]),
            (SourceRange{0, {2, 2}, {2, 8}}));
  EXPECT_EQ(Print("RUN -- --x\nRUN - y\nRUN --\n"), "(run \"--x\")\n(run \"- y\")\n(run)\n");
}

TEST_F(DockerfileParser, ReadsAssignmentsInBothForms) {
  EXPECT_EQ(Print("ENV a=1 b=\"x y\" c=d\\ e\nENV old  new form \nLABEL \"k=v\"\nARG x=1 'y z'\n"),
            "(env \"a\" \"1\" \"=\" \"b\" \"\\\"x y\\\"\" \"=\" \"c\" \"d\\\\ e\" \"=\")\n"
            "(env \"old\" \"new form\" \"\")\n"
            "(label \"\\\"k\" \"v\\\"\" \"=\")\n"
            "(arg \"x=1\" \"'y z'\")\n");
}

TEST_F(DockerfileParser, ReportsEveryBadAssignment) {
  Print("FROM a\nENV one\nENV a=1 b c\n");
  const std::vector<Diagnostic> found = diagnostics_.Sorted();
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_THAT(found[0].message, HasSubstr("ENV must have two arguments"));
  EXPECT_THAT(found[1].message, HasSubstr("cannot find `=` in `b`"));
  EXPECT_EQ(found[2].range, (SourceRange{0, {3, 11}, {3, 12}}));
}

TEST_F(DockerfileParser, UsesTheEscapeCharacterOfTheFile) {
  EXPECT_EQ(Print("# escape=`\nENV a=x` y b=c:\\ `\n d=1\nCOPY `\n a `\n b\n"),
            "(env \"a\" \"x` y\" \"=\" \"b\" \"c:\\\\\" \"=\" \"d\" \"1\" \"=\")\n"
            "(copy \"a\" \"b\")\n");
}

TEST_F(DockerfileParser, NestsTheInstructionOfOnbuild) {
  EXPECT_EQ(Print("ONBUILD RUN [\"a\"]\nONBUILD copy --from=x a b\nONBUILD\n"),
            "(onbuild (run \"a\"))\n(onbuild (copy [\"--from=x\"] \"a\" \"b\"))\n(onbuild)\n");
}

TEST_F(DockerfileParser, TakesHeredocsWhereTheyAreAllowed) {
  const Dockerfile file =
      Parse("ONBUILD COPY <<A b\nx\nA\nRUN [\"<<B\"]\nENV c=<<D\nRUN cat <<E\ny\nE\n");
  ASSERT_THAT(file.instructions, SizeIs(4));
  EXPECT_THAT(file.instructions[0].trigger->heredocs(), SizeIs(1));
  EXPECT_THAT(file.instructions[3].heredocs(), SizeIs(1));
}

TEST_F(DockerfileParser, ReadsHealthchecks) {
  EXPECT_EQ(Print("HEALTHCHECK --retries=1 CMD [\"a\"]\nHEALTHCHECK none\nHEALTHCHECK CMD a  b\n"),
            "(healthcheck [\"--retries=1\"] \"CMD\" \"a\")\n(healthcheck \"none\")\n"
            "(healthcheck \"CMD\" \"a  b\")\n");
}

TEST_F(DockerfileParser, ReportsAFileWithoutInstructions) {
  Print("# only this\n");
  EXPECT_THAT(diagnostics_.Sorted().at(0).message, HasSubstr("cannot be empty"));
}

TEST(GoQuoted, EscapesWhatCannotBeSeen) {
  EXPECT_EQ(GoQuoted("a\t\"\\\x01\xff\xc2\xa0\xe2\x80\x8b\xc3\xa9\x7f"),
            R"("a\t\"\\\x01\xff\u00a0\u200b)"
            "\xc3\xa9"
            R"(\x7f")");
}

}  // namespace
}  // namespace cooper
