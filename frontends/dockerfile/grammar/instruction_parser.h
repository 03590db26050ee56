// Turns logical lines into instructions: the adapter of the ANTLR grammar.
//
// A parser keeps ANTLR's objects for reuse; one thread at a time.

#ifndef COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_INSTRUCTION_PARSER_H_
#define COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_INSTRUCTION_PARSER_H_

#include <memory>
#include <optional>

#include "frontends/dockerfile/grammar/ast.h"
#include "ir/base/diagnostic_engine.h"

namespace cooper {

class InstructionParser {
 public:
  // `escape` is the escape character of the file; `diagnostics` is borrowed.
  InstructionParser(char escape, DiagnosticEngine& diagnostics);
  ~InstructionParser();

  // The instruction of `line`; nothing when it was malformed, which was
  // reported. An unknown keyword is an instruction of kind kUnknown.
  std::optional<Instruction> Parse(std::shared_ptr<const LogicalLine> line);

 private:
  class Grammar;

  std::optional<Instruction> ParseAt(const std::shared_ptr<const LogicalLine>& line, size_t begin,
                                     int depth);
  bool ParseRest(Instruction& instruction, size_t begin, int depth);
  bool ParseAssignments(Instruction& instruction, size_t begin, size_t end);
  // Whether the text was read as a JSON array; nothing after a reported fault.
  std::optional<bool> ParseJson(Instruction& instruction, size_t begin, size_t end);

  std::unique_ptr<Grammar> grammar_;
  DiagnosticEngine& diagnostics_;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_INSTRUCTION_PARSER_H_
