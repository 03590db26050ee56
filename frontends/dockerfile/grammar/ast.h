// The syntax tree of a Dockerfile: instructions with their flags and arguments,
// nothing expanded, every piece with its place.
//
// Plain values without shared mutable state; a tree may be read by many threads.

#ifndef COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_AST_H_
#define COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_AST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "frontends/dockerfile/grammar/instruction_kind.h"
#include "frontends/dockerfile/prescan/directives.h"
#include "frontends/dockerfile/prescan/logical_line.h"
#include "ir/base/source_range.h"

namespace cooper {

// A piece of an instruction; [begin, end) are bytes of the logical line. In the
// exec form `text` is the decoded string, so the two differ in length.
struct Word {
  std::string text;
  size_t begin = 0;
  size_t end = 0;
};

// `--name` or `--name=value`, quotes and escapes processed.
struct Flag {
  std::string name;
  std::optional<std::string> value;
  size_t begin = 0;
  size_t end = 0;

  std::string Text() const { return "--" + name + (value ? "=" + *value : ""); }
};

// Of ENV and LABEL; quotes are kept.
struct Assignment {
  Word name;
  Word value;
  bool legacy = false;  // `NAME VALUE`, without `=`
};

struct Instruction {
  InstructionKind kind = InstructionKind::kUnknown;
  Word keyword;  // as written
  std::vector<Flag> flags;
  std::vector<Word> arguments;           // of every shape but kAssignments and kInstruction
  std::vector<Assignment> assignments;   // of kAssignments
  bool json = false;                     // the arguments were a JSON array
  std::unique_ptr<Instruction> trigger;  // of ONBUILD
  // Shared with the trigger, which is a part of the same line.
  std::shared_ptr<const LogicalLine> line;

  const std::vector<Heredoc>& heredocs() const { return line->heredocs; }
  SourceRange RangeOf(const Word& word) const { return line->RangeOf(word.begin, word.end); }
  SourceRange RangeOf(const Flag& flag) const { return line->RangeOf(flag.begin, flag.end); }
  SourceRange KeywordRange() const { return RangeOf(keyword); }
  SourceRange WholeRange() const { return line->WholeRange(); }
};

struct Dockerfile {
  Directives directives;
  std::vector<Instruction> instructions;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_AST_H_
