// The `# name = value` lines at the very top of a Dockerfile.

#ifndef COOPER_FRONTENDS_DOCKERFILE_PRESCAN_DIRECTIVES_H_
#define COOPER_FRONTENDS_DOCKERFILE_PRESCAN_DIRECTIVES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ir/base/diagnostic_engine.h"
#include "ir/base/source_range.h"

namespace cooper {

struct Directive {
  std::string value;
  SourceRange range;  // of the whole line
};

struct Directives {
  char escape = '\\';
  std::optional<Directive> syntax;
  std::optional<Directive> check;
  uint32_t line_count = 0;  // lines that the block takes
};

// Reads them from `text`, file `file`; faults have the kind kInvalidDirective.
// The block ends at the first line that is not a directive of a known name.
Directives ParseDirectives(std::string_view text, uint32_t file, DiagnosticEngine& diagnostics);

// The frontend that `text` asks for where ParseDirectives sees none, because other
// languages ask in other ways: a `#!` line may come first, comments may begin with
// `//`, and the text may be a JSON object with the key `syntax`.
std::optional<Directive> FindForeignSyntax(std::string_view text, uint32_t file);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_PRESCAN_DIRECTIVES_H_
