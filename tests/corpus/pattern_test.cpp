// The matcher of .dockerignore against the tables of moby's.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "backends/filesystem/tree/pattern_matcher.h"
#include "frontends/dockerfile/ignore_file.h"
#include "tests/corpus/figure.h"
#include "tests/corpus/shared_data.h"

namespace cooper {
namespace {

using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;

// As a `.dockerignore` with these lines would be read.
Result<PatternMatcher> Compile(const std::vector<std::string>& patterns) {
  COOPER_ASSIGN_OR_RETURN(const std::vector<std::string> clean,
                          ParseIgnoreFile(fmt::format("{}\n", fmt::join(patterns, "\n"))));
  return PatternMatcher::Compile(clean);
}

// The matcher is asked for clean paths only.
std::string CleanPath(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

class PatternCorpus : public CorpusSuite {
 protected:
  void SetUp() override {
    CorpusSuite::SetUp();
    if (IsSkipped()) return;
    table_ = ReadJson(CorpusFolder() / "buildkit/derived/patternmatcher.json");
  }
  const Array& Rows(llvm::StringRef name) { return *table_.getAsObject()->getArray(name); }

  Value table_ = nullptr;
};

TEST_F(PatternCorpus, MatchesSinglePatterns) {
  Figure figure("match_tests, alike");
  for (const Value& value : Rows("match_tests")) {
    const Object& test = *value.getAsObject();
    const std::string pattern = StringOf(test, "pattern");
    const std::string id = pattern + " " + StringOf(test, "path");
    const bool fails = !StringOf(test, "error").empty();
    // These patterns are not read from a file: `a\ ` keeps its blank.
    const Result<PatternMatcher> matcher = PatternMatcher::Compile({pattern});
    if (fails || !matcher.ok()) {
      figure.Count(fails == !matcher.ok(), id, fails ? "accepted" : "refused");
      continue;
    }
    figure.Count(matcher->Matches(StringOf(test, "path")) == BoolOf(test, "match"), id,
                 BoolOf(test, "match") ? "does not match" : "matches");
  }
}

TEST_F(PatternCorpus, MatchesPatternLists) {
  for (const char* name : {"matches_tests", "multi_pattern_tests", "misc_matches"}) {
    Figure figure(std::string(name) + ", alike");
    for (const Value& value : Rows(name)) {
      const Object& test = *value.getAsObject();
      const std::vector<std::string> patterns = StringsOf(test.getArray("patterns"));
      const std::string id = fmt::format("{} {}", patterns, StringOf(test, "path"));
      const Result<PatternMatcher> matcher = Compile(patterns);
      if (BoolOf(test, "error") || !matcher.ok()) {
        figure.Count(BoolOf(test, "error") && !matcher.ok(), id,
                     matcher.ok() ? "accepted" : matcher.error().message());
        continue;
      }
      figure.Count(matcher->Matches(CleanPath(StringOf(test, "path"))) == BoolOf(test, "match"), id,
                   BoolOf(test, "match") ? "does not match" : "matches");
    }
  }
}

// Ours has no regular expressions: both sides judge short paths of the alphabet.
TEST_F(PatternCorpus, MatchesWhatTheRegularExpressionsMatch) {
  const std::vector<std::string> pieces = {"",   "a", "b",    "f", "file",  "/", "file/", "a/b",
                                           "x/", ".", "docs", "c", "[a-c]", "^", "dir/",  "*"};
  std::vector<std::string> paths;
  for (const std::string& one : pieces) {
    for (const std::string& two : pieces) {
      for (const std::string& three : pieces) {
        std::string path = one + two + three;
        if (path.empty() || path.starts_with('/') || path.ends_with('/') ||
            path.find("//") != std::string::npos) {
          continue;
        }
        paths.push_back(std::move(path));
      }
    }
  }
  Figure figure("compile_tests, alike on short paths");
  for (const Value& value : Rows("compile_tests")) {
    const Object& test = *value.getAsObject();
    const std::string pattern = StringOf(test, "pattern");
    const std::optional<Glob> glob = Glob::Compile(pattern, GlobDialect::kIgnore);
    if (!glob) {
      figure.Count(false, pattern, "refused");
      continue;
    }
    const std::string type = StringOf(test, "match_type");
    const std::regex regex(type == "regexpMatch" ? StringOf(test, "regex_unix") : "",
                           std::regex::ECMAScript);
    std::string differing;
    for (const std::string& path : paths) {
      bool expected = false;
      if (type == "exactMatch") {
        expected = path == pattern;
      } else if (type == "prefixMatch") {  // `dir/**`
        expected = path.starts_with(std::string_view(pattern).substr(0, pattern.size() - 2));
      } else if (type == "suffixMatch") {  // `**/name`
        const std::string suffix = pattern.substr(2);
        expected = path.ends_with(suffix) || path == suffix.substr(1);
      } else {
        expected = std::regex_search(path, regex);
      }
      if (glob->Matches(path) != expected) differing = path;
    }
    figure.Count(differing.empty(), pattern, "differs on " + differing);
  }
}

TEST_F(PatternCorpus, ReadsAnIgnoreFile) {
  const Object& test = *table_.getAsObject()->getObject("ignorefile");
  std::string content = StringOf(test, "content");
  std::vector<std::string> expected = StringsOf(test.getArray("expected"));
  // A bare `!` is read there and refused when the patterns are compiled; here at once.
  EXPECT_FALSE(ParseIgnoreFile(content).ok());
  content.resize(content.find("\n!\n") + 1);
  std::erase(expected, "!");
  const Result<std::vector<std::string>> patterns = ParseIgnoreFile(content);
  ASSERT_TRUE(patterns.ok());
  Figure figure("ignorefile, alike");
  figure.Compare(fmt::format("{}", expected), fmt::format("{}", *patterns), "patterns");
}

}  // namespace
}  // namespace cooper
