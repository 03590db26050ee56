#include "frontends/dockerfile/grammar/dockerfile_parser.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "frontends/dockerfile/grammar/instruction_parser.h"
#include "frontends/dockerfile/prescan/heredoc_marker.h"
#include "frontends/dockerfile/prescan/line_reader.h"

namespace cooper {
namespace {

bool CanHoldHeredoc(const Instruction& instruction) {
  const Instruction* inner = &instruction;
  while (inner->kind == InstructionKind::kOnbuild && inner->trigger) inner = inner->trigger.get();
  return InfoOf(inner->kind).heredocs && !inner->json;
}

}  // namespace

Dockerfile ParseDockerfile(const SourceFiles& files, uint32_t file, DiagnosticEngine& diagnostics,
                           const ParseOptions& options) {
  Dockerfile dockerfile;
  const size_t errors_before = diagnostics.error_count();
  LineReader reader(files, file, diagnostics);
  dockerfile.directives = reader.directives();
  InstructionParser parser(dockerfile.directives.escape, diagnostics);
  size_t lines = 0;
  while (std::optional<LogicalLine> next = reader.Next()) {
    if (++lines > kMaxInstructions) {
      diagnostics.Report(DiagnosticKind::kLimitExceeded, next->WholeRange(),
                         fmt::format("the file has more than {} instructions", kMaxInstructions));
      break;
    }
    auto line = std::make_shared<LogicalLine>(*std::move(next));
    line->shown_at = options.shown_at;
    std::optional<Instruction> instruction = parser.Parse(line);
    if (!instruction) continue;
    if (line->text.find("<<") != std::string::npos && CanHoldHeredoc(*instruction)) {
      reader.ReadHeredocs(*line, FindHeredocMarkers(line->text));
    }
    dockerfile.instructions.push_back(*std::move(instruction));
  }
  if (lines == 0 && diagnostics.error_count() == errors_before) {
    diagnostics.Report(DiagnosticKind::kSyntax,
                       options.shown_at.value_or(SourceRange{file, {1, 1}, {1, 1}}),
                       "the Dockerfile cannot be empty; it needs at least a `FROM`");
  }
  return dockerfile;
}

}  // namespace cooper
