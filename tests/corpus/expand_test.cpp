// Expansion of words against the tables of the reference implementation.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/expand/shell_pattern.h"
#include "frontends/dockerfile/expand/word_expander.h"
#include "tests/corpus/figure.h"
#include "tests/corpus/shared_data.h"

namespace cooper {
namespace {

using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;

class RecordingScope final : public VariableScope {
 public:
  std::optional<std::string_view> Get(std::string_view name) const override {
    const auto it = values.find(name);
    if (it == values.end()) return std::nullopt;
    found.emplace(name);
    return it->second;
  }

  std::map<std::string, std::string, std::less<>> values;
  mutable std::set<std::string, std::less<>> found;
};

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// Its lines without the comments.
std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : Split(text, '\n')) {
    if (!Trim(line).empty() && !line.starts_with('#')) lines.emplace_back(line);
  }
  return lines;
}

class ExpandCorpus : public CorpusSuite {
 protected:
  std::filesystem::path shell_ = CorpusFolder() / "buildkit/shell";
  std::filesystem::path derived_ = CorpusFolder() / "buildkit/derived";
};

TEST_F(ExpandCorpus, ExpandsWords) {
  RecordingScope scope;
  scope.values = {{"PWD", "/home"}, {"SHELL", "bash"}, {"KOREAN", "한국어"}, {"NULL", ""}};
  Figure figure("shell/envVarTest, expanded alike");
  for (const std::string& line : Lines(ReadDataFile(shell_ / "envVarTest"))) {
    const std::vector<std::string_view> parts = Split(line, '|');
    if (parts.size() != 3) {
      figure.Count(false, line, "is no case");
      continue;
    }
    if (Trim(parts[0]) == "W") continue;
    const Expansion result = WordExpander(scope).ExpandWord(Trim(parts[1]));
    figure.Compare(Trim(parts[2]), result.fault ? "error" : result.text, line);
  }
}

TEST_F(ExpandCorpus, ExpandsAndSplitsWords) {
  RecordingScope scope;
  Figure figure("shell/wordsTest, expanded and split alike");
  for (const std::string& line : Lines(ReadDataFile(shell_ / "wordsTest"))) {
    if (line.starts_with("ENV ")) {
      std::string_view assignment = std::string_view(line).substr(4);
      assignment.remove_prefix(std::min(assignment.find_first_not_of(' '), assignment.size()));
      const size_t equals = assignment.find('=');
      scope.values[std::string(assignment.substr(0, equals))] = assignment.substr(equals + 1);
      continue;
    }
    const size_t bar = line.find('|');
    const std::string_view input = Trim(std::string_view(line).substr(0, bar));
    std::string_view expected = std::string_view(line).substr(bar + 1);
    expected.remove_prefix(std::min(expected.find_first_not_of(" \t"), expected.size()));
    const WordsExpansion result = WordExpander(scope).ExpandWords(input);
    figure.Compare(expected,
                   result.fault ? "error" : fmt::format("{}", fmt::join(result.words, ",")), line);
  }
}

TEST_F(ExpandCorpus, TellsTheVariablesLookedUp) {
  const Value table = ReadJson(derived_ / "lex_process_with_matches.json");
  Figure figure("TestProcessWithMatches, alike");
  for (const Value& value : *table.getAsObject()->getArray("TestProcessWithMatches.tc")) {
    const Object& test = *value.getAsObject();
    RecordingScope scope;
    if (const Object* envs = test.getObject("envs")) {
      for (const auto& [name, text] : *envs) scope.values[name.str()] = text.getAsString()->str();
    }
    const auto keys = [&](llvm::StringRef key) {
      std::set<std::string> names;
      if (const Object* found = test.getObject(key)) {
        for (const auto& [name, unused] : *found) names.insert(name.str());
      }
      return names;
    };
    const std::string input = StringOf(test, "input");
    const Expansion result = WordExpander(scope).ExpandWord(input);
    const bool fails = BoolOf(test, "expectedErr");
    const std::string expected = fails ? "error"
                                       : fmt::format("{:?} {} {}", StringOf(test, "expected"),
                                                     keys("matches"), keys("unmatched"));
    const std::set<std::string> unset(result.unset.begin(), result.unset.end());
    figure.Compare(
        expected,
        result.fault ? "error" : fmt::format("{:?} {} {}", result.text, scope.found, unset), input);
  }
}

TEST_F(ExpandCorpus, ReadsPatterns) {
  const Value table = ReadJson(derived_ / "lex_process_with_matches.json");
  Figure figure("TestConvertShellPatternToRegex, alike");
  for (const auto& [pattern, regex] :
       *table.getAsObject()->getObject("TestConvertShellPatternToRegex.cases")) {
    figure.Count(ShellPattern::Parse(pattern.str()).ok(), pattern.str(), "refused");
  }
  for (const std::string& pattern :
       StringsOf(table.getAsObject()->getArray("TestConvertShellPatternToRegex.invalid"))) {
    figure.Count(!ShellPattern::Parse(pattern).ok(), pattern, "accepted");
  }
}

}  // namespace
}  // namespace cooper
