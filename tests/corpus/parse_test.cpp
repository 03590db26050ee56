// Syntax trees of whole files against those of the reference parser.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "frontends/dockerfile/grammar/ast_printer.h"
#include "frontends/dockerfile/grammar/dockerfile_parser.h"
#include "tests/corpus/archive_reader.h"
#include "tests/corpus/figure.h"
#include "tests/corpus/shared_data.h"

namespace cooper {
namespace {

using llvm::json::Array;
using llvm::json::Object;
using llvm::json::Value;

struct Parsed {
  Dockerfile dockerfile;
  bool ok = false;
  std::string fault;  // the first
};

Parsed Parse(const std::string& text) {
  SourceFiles files;
  DiagnosticEngine diagnostics;
  const uint32_t file = files.Add("Dockerfile", text);
  Parsed parsed;
  parsed.dockerfile = ParseDockerfile(files, file, diagnostics);
  parsed.ok = !diagnostics.has_errors();
  if (!parsed.ok) parsed.fault = diagnostics.Sorted()[0].message;
  return parsed;
}

// What both sides know of an instruction beside the tree, one line a fact.
std::string Facts(const Instruction& instruction) {
  const Instruction* inner = &instruction;
  while (inner->trigger) inner = inner->trigger.get();
  std::string text = fmt::format("lines {}-{}{}\n", instruction.line->first_line,
                                 instruction.line->last_line, inner->json ? " json" : "");
  for (const Heredoc& heredoc : instruction.heredocs()) {
    text += fmt::format("heredoc {:?} fd={} expand={} chomp={} {:?}\n", heredoc.name,
                        heredoc.file_descriptor, heredoc.expand, heredoc.chomp, heredoc.content);
  }
  for (const std::string& comment : instruction.line->comments) {
    text += fmt::format("comment {:?}\n", comment);
  }
  return text;
}

std::string Facts(const Object& node) {
  const Array& lines = *node.getArray("lines");
  std::string text =
      fmt::format("lines {}-{}{}\n", lines[0].getAsInteger().value_or(0),
                  lines[1].getAsInteger().value_or(0), BoolOf(node, "json") ? " json" : "");
  if (const Array* heredocs = node.getArray("heredocs")) {
    for (const Value& value : *heredocs) {
      const Object& heredoc = *value.getAsObject();
      text +=
          fmt::format("heredoc {:?} fd={} expand={} chomp={} {:?}\n", StringOf(heredoc, "Name"),
                      heredoc.getInteger("FileDescriptor").value_or(0), BoolOf(heredoc, "Expand"),
                      BoolOf(heredoc, "Chomp"), StringOf(heredoc, "Content"));
    }
  }
  for (const std::string& comment : StringsOf(node.getArray("prev_comments"))) {
    text += fmt::format("comment {:?}\n", comment);
  }
  return text;
}

template <typename Nodes>
std::string AllFacts(const Nodes& nodes) {
  std::string text;
  for (const auto& node : nodes) {
    if constexpr (std::is_same_v<Nodes, Array>) {
      text += Facts(*node.getAsObject());
    } else {
      text += Facts(node);
    }
  }
  return text;
}

// The directives, and the blank lines inside continuations as the reference warns of them.
std::string Head(const Parsed& parsed) {
  const Directives& directives = parsed.dockerfile.directives;
  std::string head = fmt::format("escape {} syntax {:?} check {:?}\n", directives.escape,
                                 directives.syntax ? directives.syntax->value : "",
                                 directives.check ? directives.check->value : "");
  size_t warnings = 0;
  for (const Instruction& instruction : parsed.dockerfile.instructions) {
    warnings += instruction.line->empty_continuations.empty() ? 0 : 1;
  }
  return head + fmt::format("warnings {}\n", warnings);
}

std::string Head(const Object& truth) {
  const Array* warnings = truth.getArray("warnings");
  return fmt::format("escape {} syntax {:?} check {:?}\nwarnings {}\n", StringOf(truth, "escape"),
                     StringOf(truth, "syntax"), StringOf(truth, "check"),
                     warnings == nullptr ? 0 : warnings->size());
}

struct Figures {
  explicit Figures(const std::string& set)
      : tree(set + ", AST equal"),
        facts(set + ", lines, heredocs and comments equal"),
        head(set + ", directives and warnings equal") {}

  void Check(const std::string& id, const std::string& text, const Object& truth,
             llvm::StringRef ast) {
    const Parsed parsed = Parse(text);
    const bool ok = BoolOf(truth, "ok");
    if (!ok || !parsed.ok) {
      tree.Count(ok == parsed.ok, id,
                 ok ? "refused: " + parsed.fault : "accepted, but: " + StringOf(truth, "error"));
      return;
    }
    tree.Compare(StringOf(truth, ast), PrintAst(parsed.dockerfile), id);
    head.Compare(Head(truth), Head(parsed), id);
    if (const Array* nodes = truth.getArray("nodes")) {
      facts.Compare(AllFacts(*nodes), AllFacts(parsed.dockerfile.instructions), id);
    }
  }

  Figure tree;
  Figure facts;
  Figure head;
};

class ParseCorpus : public CorpusSuite {};

TEST_F(ParseCorpus, ReadsRealFilesAsTheReferenceDoes) {
  const std::map<std::string, std::string> texts =
      ReadArchive(CorpusFolder() / "dockerfiles.tar.gz");
  const std::vector<Value> truths =
      ParseJsonLines(ReadArchive(CorpusFolder() / "dockerfiles.jsonl.gz")["data"]);
  EXPECT_EQ(texts.size(), truths.size());
  Figures figures("real files");
  for (const Value& value : truths) {
    const Object& truth = *value.getAsObject();
    const std::string name = StringOf(truth, "name");
    const auto text = texts.find(name);
    ASSERT_NE(text, texts.end()) << name;
    figures.Check(name, text->second, truth, "ast");
  }
}

TEST_F(ParseCorpus, ReadsEmbeddedFilesAsTheReferenceDoes) {
  const std::filesystem::path folder = CorpusFolder() / "buildkit/derived";
  const Value texts = ReadJson(folder / "embedded_dockerfiles.json");
  const std::vector<Value> truths = ParseJsonLines(ReadDataFile(folder / "parse_oracle.jsonl"));
  ASSERT_EQ(texts.getAsArray()->size(), truths.size());
  Figures figures("embedded files");
  for (size_t i = 0; i < truths.size(); ++i) {
    const Object& truth = *truths[i].getAsObject();
    figures.Check(StringOf(truth, "id"), StringOf(*(*texts.getAsArray())[i].getAsObject(), "text"),
                  truth, "dump");
  }
}

TEST_F(ParseCorpus, ReadsParserTestfiles) {
  Figure figure("parser/testfiles, AST equal");
  for (const auto& entry :
       std::filesystem::directory_iterator(CorpusFolder() / "buildkit/parser/testfiles")) {
    const Parsed parsed = Parse(ReadDataFile(entry.path() / "Dockerfile"));
    const std::string id = entry.path().filename();
    if (!parsed.ok) {
      figure.Count(false, id, "refused: " + parsed.fault);
    } else {
      // The files have no newline at their end.
      std::string expected = ReadDataFile(entry.path() / "result");
      if (!expected.ends_with('\n')) expected += '\n';
      figure.Compare(expected, PrintAst(parsed.dockerfile), id);
    }
  }
}

TEST_F(ParseCorpus, RefusesNegativeTestfiles) {
  const std::map<std::string, std::string> messages = {
      {"empty_dockerfile", "cannot be empty"},
      {"only_comments", "cannot be empty"},
      {"env_no_value", "ENV must have two arguments"},
      {"shykes-nested-json", "must be comprised of strings only"}};
  Figure figure("parser/testfiles-negative, refused");
  for (const auto& entry :
       std::filesystem::directory_iterator(CorpusFolder() / "buildkit/parser/testfiles-negative")) {
    const std::string id = entry.path().filename();
    const auto message = messages.find(id);
    ASSERT_NE(message, messages.end()) << id << " is new";
    const Parsed parsed = Parse(ReadDataFile(entry.path() / "Dockerfile"));
    figure.Count(!parsed.ok && parsed.fault.find(message->second) != std::string::npos, id,
                 parsed.ok ? "accepted" : parsed.fault);
  }
}

TEST_F(ParseCorpus, CountsLines) {
  const Parsed parsed =
      Parse(ReadDataFile(CorpusFolder() / "buildkit/parser/testfile-line/Dockerfile"));
  const Value table = ReadJson(CorpusFolder() / "buildkit/derived/parser_words_lines.json");
  const Array* expected = table.getAsObject()->getArray("TestParseIncludesLineNumbers.expected");
  ASSERT_EQ(parsed.dockerfile.instructions.size(), expected->size());
  Figure figure("parser/testfile-line, lines equal");
  for (size_t i = 0; i < expected->size(); ++i) {
    const Array& lines = *(*expected)[i].getAsArray();
    const LogicalLine& line = *parsed.dockerfile.instructions[i].line;
    figure.Compare(fmt::format("{}-{}", *lines[0].getAsInteger(), *lines[1].getAsInteger()),
                   fmt::format("{}-{}", line.first_line, line.last_line),
                   fmt::format("instruction {}", i));
  }
}

}  // namespace
}  // namespace cooper
