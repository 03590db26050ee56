#include "cli/check/check_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <llvm/Support/JSON.h>

#include <set>
#include <string>

namespace cooper {
namespace {

namespace json = llvm::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kText =
    "FROM scratch\n"
    "COPY \xC3\xA9 b /c\n"
    "COPY x y /c\n";

class CheckReportTest : public ::testing::Test {
 protected:
  CheckReportTest() {
    file_ = files_.Add("my dir/Dockerfile", std::string(kText));
    const SourceRange first{file_, {2, 11}, {2, 13}};
    Find(LintRuleId::kSourcesOverwriteEachOther, first, "\x1b[31mred", "stop");
    Find(LintRuleId::kSourcesOverwriteEachOther, {file_, {3, 10}, {3, 12}}, "same", "");
    Find(LintRuleId::kSourcesOverwriteEachOther, {file_, {3, 10}, {3, 12}}, "same", "");
    Find(LintRuleId::kCacheMountRecommended, {file_, {3, 1}, {3, 5}}, "advice", "");
    diagnostics_.Report(DiagnosticKind::kSyntax, {file_, {1, 1}, {1, 5}}, "wrong");
    diagnostics_.Report(Error(DiagnosticKind::kContext, "nowhere"));
  }

  void Find(LintRuleId rule, SourceRange range, std::string message, std::string help) {
    lint_.findings.push_back({rule, range, range, std::move(message), std::move(help)});
  }

  CheckReport Report() const { return MakeCheckReport(lint_, diagnostics_); }

  static json::Value Parsed(const std::string& text) {
    llvm::Expected<json::Value> value = json::parse(text);
    if (value) return *value;
    ADD_FAILURE() << text;
    return nullptr;
  }

  SourceFiles files_;
  uint32_t file_ = 0;
  LintReport lint_;
  DiagnosticEngine diagnostics_;
};

TEST_F(CheckReportTest, PutsFaultsAmongFindingsInTheOrderOfTheText) {
  std::vector<std::string> names;
  for (const CheckReport::Item& item : Report().items) names.push_back(item.message);
  EXPECT_THAT(names, ElementsAre("wrong", "\x1b[31mred", "same", "same", "advice", "nowhere"));
}

TEST_F(CheckReportTest, EscapesForTerminals) {
  const std::string text = CheckText(Report(), files_);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("\\x1b[31mred; stop [SourcesOverwriteEachOther]"));
  EXPECT_THAT(text, HasSubstr("2 errors, 3 warnings, 1 piece of advice\n"));
}

// What the SARIF 2.1.0 schema requires of what we write.
TEST_F(CheckReportTest, WritesTheRequiredFieldsOfSarif) {
  const json::Value value = Parsed(CheckSarif(Report(), files_));
  const json::Object& root = *value.getAsObject();
  EXPECT_EQ(root.getString("version"), "2.1.0");
  const json::Object& run = *root.getArray("runs")->front().getAsObject();
  const json::Object& driver = *run.getObject("tool")->getObject("driver");
  EXPECT_EQ(driver.getString("name"), "cooper");
  std::vector<std::string> ids;
  for (const json::Value& rule : *driver.getArray("rules")) {
    const json::Object& object = *rule.getAsObject();
    ids.push_back(object.getString("id").value_or("").str());
    EXPECT_TRUE(object.getObject("shortDescription")->getString("text"));
    EXPECT_TRUE(object.getObject("help")->getString("text"));
    const auto level = object.getObject("defaultConfiguration")->getString("level");
    EXPECT_TRUE(level == "note" || level == "warning");
  }
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());

  const json::Array& results = *run.getArray("results");
  ASSERT_EQ(results.size(), 6u);
  for (const json::Value& result : results) {
    const json::Object& object = *result.getAsObject();
    ASSERT_TRUE(object.getObject("message")->getString("text"));
    const auto index = object.getInteger("ruleIndex");
    if (index) {
      EXPECT_EQ(object.getString("ruleId"), ids[*index]);
    }
    const json::Array* locations = object.getArray("locations");
    if (locations == nullptr) continue;  // a fault without a place
    const json::Object& physical = *locations->front().getAsObject()->getObject("physicalLocation");
    EXPECT_EQ(physical.getObject("artifactLocation")->getString("uri"), "my%20dir/Dockerfile");
    EXPECT_GE(*physical.getObject("region")->getInteger("startLine"), 1);
    EXPECT_GE(*physical.getObject("region")->getInteger("startColumn"), 1);
  }
  // Byte 11 of line 2 is its tenth character.
  const json::Object& second = *results[1].getAsObject();
  const json::Object& region = *second.getArray("locations")
                                    ->front()
                                    .getAsObject()
                                    ->getObject("physicalLocation")
                                    ->getObject("region");
  EXPECT_EQ(region.getInteger("startColumn"), 10);
}

// What GitLab requires: description, check_name, a unique fingerprint, one of five
// severities, a relative path and a line.
TEST_F(CheckReportTest, WritesTheRequiredFieldsOfCodeQuality) {
  const json::Value value = Parsed(CheckGitlab(Report(), files_));
  std::set<std::string> fingerprints;
  for (const json::Value& issue : *value.getAsArray()) {
    const json::Object& object = *issue.getAsObject();
    EXPECT_TRUE(object.getString("description"));
    EXPECT_TRUE(object.getString("check_name"));
    EXPECT_TRUE(fingerprints.insert(object.getString("fingerprint")->str()).second);
    const std::string severity = object.getString("severity")->str();
    EXPECT_THAT(severity, testing::AnyOf("info", "minor", "critical"));
    const json::Object& location = *object.getObject("location");
    EXPECT_EQ(location.getString("path"), "my dir/Dockerfile");
    EXPECT_GE(*location.getObject("lines")->getInteger("begin"), 1);
  }
  EXPECT_EQ(fingerprints.size(), 6u);
}

TEST_F(CheckReportTest, KeepsFingerprintsWhenLinesMove) {
  const json::Value before = Parsed(CheckGitlab(Report(), files_));
  SourceFiles moved;
  moved.Add("my dir/Dockerfile", "# new\n" + std::string(kText));
  for (LintFinding& finding : lint_.findings) ++finding.range.begin.line;
  const json::Value after = Parsed(CheckGitlab(Report(), moved));
  EXPECT_EQ((*before.getAsArray())[1].getAsObject()->getString("fingerprint"),
            (*after.getAsArray())[1].getAsObject()->getString("fingerprint"));
}

TEST_F(CheckReportTest, WritesTheShapeOfBuildKit) {
  const json::Value value = Parsed(CheckJson(Report(), files_, file_));
  const json::Object& root = *value.getAsObject();
  EXPECT_EQ(root.getObject("buildError")->getString("message"), "wrong");
  EXPECT_EQ(root.getArray("warnings")->size(), 4u);
  const json::Object& source = *root.getArray("sources")->front().getAsObject();
  EXPECT_EQ(source.getString("language"), "Dockerfile");
}

TEST_F(CheckReportTest, SummarisesWarningsWithoutAdvice) {
  const std::string summary = LintSummary(lint_, file_);
  EXPECT_THAT(summary, StartsWith("3 warnings found"));
  EXPECT_EQ(summary.find("advice"), std::string::npos);
  EXPECT_EQ(summary.find('\x1b'), std::string::npos);
  EXPECT_EQ(LintSummary({}, file_), "");
}

}  // namespace
}  // namespace cooper
