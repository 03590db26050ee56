// The last CMD, ENTRYPOINT or HEALTHCHECK of a stage counts; those before it are
// reported.

#include <fmt/format.h>

#include <map>
#include <utility>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class MultipleInstructionsDisallowed final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    const InstructionKind kind = at.instruction.kind;
    if (kind != InstructionKind::kCmd && kind != InstructionKind::kEntrypoint &&
        kind != InstructionKind::kHealthcheck) {
      return;
    }
    const Instruction*& last = last_[{at.stage.index, kind}];
    if (const Instruction* before = std::exchange(last, &at.instruction)) {
      reporter.Report(*before, before->WholeRange(),
                      fmt::format("Multiple {} instructions should not be used in the same stage "
                                  "because only the last one will be used",
                                  InfoOf(kind).keyword));
    }
  }

 private:
  std::map<std::pair<size_t, InstructionKind>, const Instruction*> last_;
};

}  // namespace

std::unique_ptr<LintRule> MakeMultipleInstructionsDisallowed() {
  return std::make_unique<MultipleInstructionsDisallowed>();
}

}  // namespace cooper
