// The first WORKDIR of a stage, or of the stages that it is FROM, names no place by
// itself; one reported line cures all that follow.

#include <fmt/format.h>

#include <set>
#include <string>

#include "frontends/dockerfile/grammar/ast_printer.h"
#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class WorkdirRelativePath final : public LintRule {
 public:
  void CheckStage(const LintFile&, const Stage& stage, std::optional<size_t> parent,
                  LintReporter&) override {
    if (parent && set_.contains(*parent)) set_.insert(stage.index);
  }

  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    if (at.instruction.kind != InstructionKind::kWorkdir) return;
    const Word& word = at.instruction.arguments[0];
    const std::string path = at.Expand(word);
    if (!set_.insert(at.stage.index).second || path.starts_with('/')) return;
    reporter.Report(
        at.instruction, at.instruction.RangeOf(word),
        fmt::format("Relative workdir {} can have unexpected results if the base image changes",
                    GoQuoted(path)));
  }

 private:
  std::set<size_t> set_;  // stages that have a WORKDIR
};

}  // namespace

std::unique_ptr<LintRule> MakeWorkdirRelativePath() {
  return std::make_unique<WorkdirRelativePath>();
}

}  // namespace cooper
