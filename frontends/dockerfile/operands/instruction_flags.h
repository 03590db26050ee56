// The flags that instructions take, and their values.

#ifndef COOPER_FRONTENDS_DOCKERFILE_OPERANDS_INSTRUCTION_FLAGS_H_
#define COOPER_FRONTENDS_DOCKERFILE_OPERANDS_INSTRUCTION_FLAGS_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/grammar/ast.h"
#include "ir/base/diagnostic_engine.h"

namespace cooper {

struct FlagSpec {
  enum class Kind : uint8_t { kValue, kBool, kRepeatable };
  std::string_view name;
  Kind kind = Kind::kValue;
};

std::span<const FlagSpec> FlagsOf(InstructionKind kind);

// Reports flags that the instruction does not know, repeats, misses the value
// of or gives a wrong one.
void CheckFlags(const Instruction& instruction, DiagnosticEngine& diagnostics);

// The flag `name`, which may not be given.
const Flag* FindFlag(const Instruction& instruction, std::string_view name);
std::vector<const Flag*> FindFlags(const Instruction& instruction, std::string_view name);
// The value of a boolean one, or `absent`.
bool BoolFlag(const Instruction& instruction, std::string_view name, bool absent = false);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_OPERANDS_INSTRUCTION_FLAGS_H_
