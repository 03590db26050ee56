#include "frontends/dockerfile/grammar/instruction_kind.h"

#include <algorithm>
#include <array>

namespace cooper {
namespace {

constexpr InstructionInfo kInfos[] = {
#define COOPER_INSTRUCTION(id, keyword, shape, heredocs) \
  {keyword, InstructionShape::shape, heredocs},
#include "frontends/dockerfile/grammar/instructions.def"
#undef COOPER_INSTRUCTION
    {"", InstructionShape::kNothing, false},
};

constexpr std::string_view kKeywords[] = {
#define COOPER_INSTRUCTION(id, keyword, shape, heredocs) keyword,
#include "frontends/dockerfile/grammar/instructions.def"
#undef COOPER_INSTRUCTION
};

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

const InstructionInfo& InfoOf(InstructionKind kind) { return kInfos[static_cast<size_t>(kind)]; }

InstructionKind FindInstruction(std::string_view keyword) {
  size_t index = 0;
  for (const std::string_view candidate : kKeywords) {
    if (std::equal(keyword.begin(), keyword.end(), candidate.begin(), candidate.end(),
                   [](char a, char b) { return Upper(a) == b; })) {
      break;
    }
    ++index;
  }
  return static_cast<InstructionKind>(index);
}

std::span<const std::string_view> InstructionKeywords() { return kKeywords; }

}  // namespace cooper
