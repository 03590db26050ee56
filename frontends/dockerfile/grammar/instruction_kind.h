// The instructions of the Dockerfile language, from instructions.def.

#ifndef COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_INSTRUCTION_KIND_H_
#define COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_INSTRUCTION_KIND_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace cooper {

enum class InstructionKind : uint8_t {
#define COOPER_INSTRUCTION(id, keyword, shape, heredocs) id,
#include "frontends/dockerfile/grammar/instructions.def"
#undef COOPER_INSTRUCTION
  kUnknown,
};

// How the text behind the flags is read.
enum class InstructionShape : uint8_t {
  kWords,        // words between blanks
  kQuotedWords,  // words that quotes and escapes may join
  kAssignments,  // NAME=VALUE words, or `NAME rest of line`
  kJsonOrWords,  // an array of strings, else words
  kJsonOrText,   // an array of strings, else the whole text
  kText,         // the whole text
  kHealthcheck,  // a word, then an array or a text
  kInstruction,  // another instruction
  kNothing,      // of an unknown instruction: not read
};

struct InstructionInfo {
  std::string_view keyword;  // upper case; empty for kUnknown
  InstructionShape shape;
  bool heredocs;
};

const InstructionInfo& InfoOf(InstructionKind kind);

// By keyword in any case.
InstructionKind FindInstruction(std::string_view keyword);

// All keywords, for suggestions.
std::span<const std::string_view> InstructionKeywords();

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_INSTRUCTION_KIND_H_
