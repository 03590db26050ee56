// A blank line inside a continued instruction; comments may stand there.

#include <algorithm>
#include <cstdint>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class NoEmptyContinuation final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    for (const Instruction& instruction : file.dockerfile.instructions) {
      const LogicalLine& line = *instruction.line;
      if (line.empty_continuations.empty()) continue;
      const uint32_t blank = line.empty_continuations.front();
      reporter.ReportAt(instruction, {line.file, {blank, 1}, {blank, 2}}, LastLine(line),
                        "Empty continuation line");
    }
  }

 private:
  // BuildKit names the line at which it noticed: the last of the continuation.
  static SourceRange LastLine(const LogicalLine& line) {
    const uint32_t last = std::max(line.pieces.back().line, line.empty_continuations.back());
    return {line.file, {last, 1}, {last, 1}};
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeNoEmptyContinuation() {
  return std::make_unique<NoEmptyContinuation>();
}

}  // namespace cooper
