// Every lint rule has a page in docs/lint whose examples are true.
//
// A page has one block of text, the message; under "Bad" a Dockerfile that gives this
// message, perhaps with a .dockerignore; under "Good" one in which nothing is found.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "frontends/dockerfile/dockerfile_frontend.h"
#include "frontends/dockerfile/ignore_file.h"
#include "frontends/dockerfile/lint/lint_report.h"
#include "ir/base/diagnostic_printer.h"
#include "tests/support/fake_image_resolver.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const fs::path kPages = fs::path(COOPER_SOURCE_DIR) / "docs" / "lint";

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The first block of the language `info` behind `heading`; empty without one.
std::string Block(const std::string& page, const std::string& heading, const std::string& info) {
  const std::string fence = "```" + info + "\n";
  const size_t from = heading.empty() ? 0 : page.find("\n## " + heading + "\n");
  if (from == std::string::npos) return "";
  const size_t until = page.find("\n## ", from + 1);
  const size_t begin = page.find(fence, from);
  if (begin == std::string::npos || begin > until) return "";
  const size_t text = begin + fence.size();
  return page.substr(text, page.find("```", text) - text);
}

std::vector<LintFinding> Lint(const std::string& dockerfile, const std::string& ignore,
                              bool faultless) {
  FrontendOptions options;
  options.build_platform = options.target_platform = {"linux", "amd64", ""};
  options.context_exclude = *ParseIgnoreFile(ignore);
  options.is_ignored = [&](std::string_view path) {
    const std::vector<std::string>& patterns = options.context_exclude;
    return std::find(patterns.begin(), patterns.end(), path) != patterns.end();
  };
  SourceFiles files;
  const uint32_t file = files.Add("Dockerfile", dockerfile);
  FakeImageResolver resolver;
  DiagnosticEngine diagnostics;
  LintReport report;
  const DockerfileFrontend frontend({.report = &report, .all_stages = true});
  frontend.Compile(files, file, options, resolver, diagnostics);
  EXPECT_FALSE(faultless && diagnostics.has_errors()) << FormatDiagnostics(diagnostics, files);
  return std::move(report.findings);
}

class LintPage : public testing::TestWithParam<LintRuleInfo> {};

TEST_P(LintPage, HasExamplesThatAreTrue) {
  const LintRuleInfo& rule = GetParam();
  const fs::path path = kPages / (std::string(rule.slug) + ".md");
  const std::string page = ReadAll(path);
  ASSERT_FALSE(page.empty()) << "there is no page " << path;
  EXPECT_THAT(page, testing::StartsWith("# " + std::string(rule.name) + "\n\n" +
                                        std::string(rule.summary) + "\n"));
  EXPECT_THAT(page, HasSubstr("\n## Why\n"));

  const std::string ignore = Block(page, "Bad", "dockerignore");
  const std::vector<LintFinding> bad = Lint(Block(page, "Bad", "dockerfile"), ignore, false);
  EXPECT_THAT(bad, Contains(Field(&LintFinding::rule, rule.id)));
  for (const LintFinding& finding : bad) {
    if (finding.rule != rule.id) continue;
    EXPECT_EQ(finding.message + "\n", Block(page, "", "text"));
  }

  const std::string good = Block(page, "Good", "dockerfile");
  EXPECT_FALSE(good.empty());
  for (const LintFinding& finding : Lint(good, ignore, true)) {
    const LintRuleInfo& found = InfoOf(finding.rule);
    EXPECT_TRUE(found.level == LintLevel::kInfo && found.id != rule.id)
        << "the good example is not: " << found.name << ": " << finding.message;
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, LintPage, testing::ValuesIn(LintRules().begin(), LintRules().end()),
                         [](const testing::TestParamInfo<LintRuleInfo>& rule) {
                           return std::string(rule.param.name);
                         });

TEST(LintPages, AreListedWithTheirSummaries) {
  const std::string index = ReadAll(kPages / "README.md");
  for (const LintRuleInfo& rule : LintRules()) {
    EXPECT_THAT(index,
                HasSubstr("[" + std::string(rule.name) + "](" + std::string(rule.slug) + ".md)"));
    EXPECT_THAT(index, HasSubstr("| " + std::string(rule.summary).substr(0, 30)));
  }
}

TEST(LintPages, BelongToARule) {
  std::set<std::string> known = {"README.md"};
  for (const LintRuleInfo& rule : LintRules()) known.insert(std::string(rule.slug) + ".md");
  for (const auto& entry : fs::directory_iterator(kPages)) {
    EXPECT_TRUE(known.contains(entry.path().filename())) << entry.path();
  }
}

}  // namespace
}  // namespace cooper
