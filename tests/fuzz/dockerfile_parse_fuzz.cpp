// Dockerfile text to syntax tree: lines, directives, heredocs and the grammar.

#include <algorithm>
#include <string>

#include "frontends/dockerfile/grammar/ast_printer.h"
#include "frontends/dockerfile/grammar/dockerfile_parser.h"
#include "frontends/dockerfile/prescan/directives.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/source_checks.h"

namespace cooper {
namespace {

class TreeChecker {
 public:
  TreeChecker(const SourceFiles& files, const Instruction& instruction)
      : files_(files), line_(*instruction.line), text_(line_.text) {
    RequireInside(instruction.WholeRange(), files_);
    for (const Heredoc& heredoc : line_.heredocs) Check(heredoc);
    Check(instruction);
  }

 private:
  void Check(const Instruction& instruction) {
    CheckWritten(instruction.keyword);
    for (const Flag& flag : instruction.flags) {
      CheckSpan(flag.begin, flag.end);
      Require(std::string_view(text_).substr(flag.begin).starts_with("--"),
              "a flag is where it says", text_);
    }
    for (const Word& word : instruction.arguments) {
      if (instruction.json && text_[word.begin] == '"') {
        CheckSpan(word.begin, word.end);
      } else {
        CheckWritten(word);
      }
    }
    for (const Assignment& assignment : instruction.assignments) {
      CheckWritten(assignment.name);
      CheckWritten(assignment.value);
    }
    Require(!instruction.trigger || instruction.trigger->line == instruction.line,
            "a trigger is a part of its line", text_);
    if (instruction.trigger) Check(*instruction.trigger);
  }

  // The pieces of an instruction follow one another and do not overlap.
  void CheckSpan(size_t begin, size_t end) {
    Require(at_ <= begin && begin <= end && end <= text_.size(), "pieces are in order", text_);
    at_ = end;
    RequireInside(line_.RangeOf(begin, end), files_);
  }

  void CheckWritten(const Word& word) {
    CheckSpan(word.begin, word.end);
    Require(text_.substr(word.begin, word.end - word.begin) == word.text,
            "a word is what stands in its place", text_);
  }

  void Check(const Heredoc& heredoc) {
    const std::string body = heredoc.Text();
    Require(body.size() <= heredoc.content.size(), "a body is not longer than its lines", text_);
    if (!heredoc.chomp) return;
    Require(!body.starts_with('\t') && body.find("\n\t") == std::string::npos,
            "no line of a chomped body begins with a tab", body);
  }

  const SourceFiles& files_;
  const LogicalLine& line_;
  const std::string& text_;
  size_t at_ = 0;
};

struct Parsed {
  std::string tree;
  std::string messages;

  friend bool operator==(const Parsed&, const Parsed&) = default;
};

Parsed Parse(std::string text) {
  SourceFiles files;
  const uint32_t file = files.Add("Dockerfile", std::move(text));
  if (const auto foreign = FindForeignSyntax(files.file(file).text, file)) {
    RequireInside(foreign->range, files);
  }
  DiagnosticEngine diagnostics;
  const Dockerfile dockerfile = ParseDockerfile(files, file, diagnostics);
  for (const auto& directive : {dockerfile.directives.syntax, dockerfile.directives.check}) {
    if (directive) RequireInside(directive->range, files);
  }
  for (const Instruction& instruction : dockerfile.instructions) TreeChecker(files, instruction);
  Parsed parsed{PrintAst(dockerfile), RequireGoodMessages(diagnostics, files)};
  Require(!dockerfile.instructions.empty() || diagnostics.has_errors(),
          "a file without instructions is a fault");
  Require(static_cast<size_t>(std::count(parsed.tree.begin(), parsed.tree.end(), '\n')) ==
              dockerfile.instructions.size(),
          "each instruction prints as one line", parsed.tree);
  return parsed;
}

std::string WithCarriageReturns(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') result += '\r';
    result += c;
  }
  return result;
}

}  // namespace
}  // namespace cooper

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cooper;
  const std::string text(InputText(data, size));
  const Parsed parsed = Parse(text);
  Require(Parse(text) == parsed, "parsing twice gives the same", parsed.tree);
  // Bodies of heredocs, in which line ends count, are not printed.
  if (text.find('\r') != std::string::npos) return 0;
  const Parsed other = Parse(WithCarriageReturns(text));
  Require(other == parsed, "line ends of both kinds parse alike",
          parsed.tree + parsed.messages + "then:\n" + other.tree + other.messages);
  return 0;
}
