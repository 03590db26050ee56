// The small tables of the reference parser: heredocs, JSON arrays, words.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "frontends/dockerfile/grammar/dockerfile_parser.h"
#include "frontends/dockerfile/grammar/grammar_adapter.h"
#include "frontends/dockerfile/prescan/heredoc_marker.h"
#include "tests/corpus/figure.h"
#include "tests/corpus/shared_data.h"

namespace cooper {
namespace {

using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;

class ParseTablesCorpus : public CorpusSuite {
 protected:
  Value Table(const std::string& name) {
    return ReadJson(CorpusFolder() / "buildkit/derived" / name);
  }
  Dockerfile Parse(const std::string& text) {
    return ParseDockerfile(files_, files_.Add("Dockerfile", text), diagnostics_);
  }

  SourceFiles files_;
  DiagnosticEngine diagnostics_;
};

TEST_F(ParseTablesCorpus, ExtractsHeredocs) {
  const Value table = Table("parser_heredoc.json");
  const Dockerfile dockerfile =
      Parse(StringOf(*table.getAsObject(), "TestParseExtractsHeredoc.dockerfile"));
  EXPECT_FALSE(diagnostics_.has_errors());
  const Array& tests = *table.getAsObject()->getArray("TestParseExtractsHeredoc.tests");
  ASSERT_EQ(dockerfile.instructions.size(), tests.size() + 1);
  Figure figure("heredocs extracted");
  for (size_t i = 0; i < tests.size(); ++i) {
    std::string expected;
    if (const Array* heredocs = tests[i].getAsArray()) {
      for (const Value& value : *heredocs) {
        const Object& one = *value.getAsObject();
        expected += fmt::format("{:?} {} {} {} {:?}\n", StringOf(one, "Name"),
                                one.getInteger("FileDescriptor").value_or(0), BoolOf(one, "Expand"),
                                BoolOf(one, "Chomp"), StringOf(one, "Content"));
      }
    }
    std::string actual;
    for (const Heredoc& one : dockerfile.instructions[i + 1].heredocs()) {
      actual += fmt::format("{:?} {} {} {} {:?}\n", one.name, one.file_descriptor, one.expand,
                            one.chomp, one.content);
    }
    figure.Compare(expected, actual, fmt::format("instruction {}", i + 1));
  }
}

TEST_F(ParseTablesCorpus, TellsHeredocWords) {
  const Value table = Table("parser_heredoc.json");
  const Object& root = *table.getAsObject();
  Figure figure("heredoc words");
  for (const std::string& word :
       StringsOf(root.getArray("TestParseHeredocHelpers.validHeredocs"))) {
    const std::optional<Heredoc> marker = ParseHeredocMarker(word);
    figure.Compare("EOF", marker ? marker->name : "(none)", word);
  }
  for (const char* key :
       {"TestParseHeredocHelpers.invalidHeredocs", "TestParseHeredocHelpers.notHeredocs"}) {
    for (const std::string& word : StringsOf(root.getArray(key))) {
      figure.Count(!ParseHeredocMarker(word), word, "taken for a heredoc");
    }
  }
  for (const Value& value : *root.getArray("TestHeredocsFromLine.srcs")) {
    const Object& source = *value.getAsObject();
    std::vector<std::string> names;
    for (const Heredoc& marker : FindHeredocMarkers(StringOf(source, "line"))) {
      names.push_back(marker.name);
    }
    figure.Compare(fmt::format("{}", StringsOf(source.getArray("heredocNames"))),
                   fmt::format("{}", names), StringOf(source, "line"));
  }
}

TEST_F(ParseTablesCorpus, ReadsJsonArrays) {
  const Value table = Table("parser_json.json");
  const Object& root = *table.getAsObject();
  Figure figure("JSON arrays");
  for (const auto& [text, strings] : *root.getObject("validJSONArraysOfStrings")) {
    const Dockerfile dockerfile = Parse("CMD " + text.str());
    std::vector<std::string> words;
    if (!dockerfile.instructions.empty() && dockerfile.instructions[0].json) {
      for (const Word& word : dockerfile.instructions[0].arguments) words.push_back(word.text);
    } else {
      words.emplace_back("(no JSON)");
    }
    figure.Compare(fmt::format("{}", StringsOf(strings.getAsArray())), fmt::format("{}", words),
                   text.str());
  }
  for (const std::string& text : StringsOf(root.getArray("invalidJSONArraysOfStrings"))) {
    DiagnosticEngine diagnostics;
    ParseDockerfile(files_, files_.Add("Dockerfile", "CMD " + text), diagnostics);
    figure.Count(diagnostics.has_errors(), text, "accepted");
  }
}

TEST_F(ParseTablesCorpus, SplitsQuotedWords) {
  const Value table = Table("parser_words_lines.json");
  Figure figure("quoted words");
  for (const Value& value : *table.getAsObject()->getArray("TestParseWords.tests")) {
    const Object& test = *value.getAsObject();
    const std::string text = StringsOf(test.getArray("input"))[0];
    std::vector<std::string> words;
    for (const TokenSpan span : GrammarAdapter().ParseQuotedWords(text, '\\')) {
      words.push_back(text.substr(span.begin, span.end - span.begin));
    }
    figure.Compare(fmt::format("{}", StringsOf(test.getArray("expect"))), fmt::format("{}", words),
                   text);
  }
}

}  // namespace
}  // namespace cooper
