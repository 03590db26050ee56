// A whole Dockerfile: text -> syntax tree.

#ifndef COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_DOCKERFILE_PARSER_H_
#define COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_DOCKERFILE_PARSER_H_

#include <cstdint>
#include <optional>

#include "frontends/dockerfile/grammar/ast.h"
#include "ir/base/diagnostic_engine.h"
#include "ir/base/source_files.h"
#include "ir/base/source_range.h"

namespace cooper {

inline constexpr size_t kMaxInstructions = 50'000;

struct ParseOptions {
  // Instead of their own places, instructions show this one.
  std::optional<SourceRange> shown_at;
};

// Parses file `file`. Faults go to `diagnostics`; instructions that had one are
// left out of the tree. A file without any instruction is a fault.
Dockerfile ParseDockerfile(const SourceFiles& files, uint32_t file, DiagnosticEngine& diagnostics,
                           const ParseOptions& options = {});

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_DOCKERFILE_PARSER_H_
