// `COPY --from=biuld`: what names no stage is pulled as an image, and somebody may own
// one of that name.

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <string_view>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/operands/instruction_flags.h"

namespace cooper {
namespace {

// One letter added, left out or replaced, or two neighbours swapped. In names of one or
// two letters every other name is that near.
bool OneSlip(llvm::StringRef text, llvm::StringRef name) {
  if (text.size() < 3 || name.size() < 3) return false;
  if (text.edit_distance(name, /*AllowReplacements=*/true, 2) <= 1) return true;
  if (text.size() != name.size()) return false;
  const size_t at = std::mismatch(text.begin(), text.end(), name.begin()).first - text.begin();
  return at + 1 < text.size() && text[at] == name[at + 1] && text[at + 1] == name[at] &&
         text.substr(at + 2) == name.substr(at + 2);
}

class CopyFromStageTypo final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    if (at.instruction.kind != InstructionKind::kCopy) return;
    const Flag* from = FindFlag(at.instruction, "from");
    if (from == nullptr || !from->value || at.file.stages.FindLast(*from->value)) return;
    if (at.file.options.named_contexts.contains(*from->value)) return;
    for (const std::string_view stage : at.file.stages.Names()) {
      if (!OneSlip(*from->value, stage)) continue;
      reporter.Report(
          at.instruction, at.instruction.RangeOf(*from),
          fmt::format("`--from={}` names no stage and is taken for an image", *from->value),
          fmt::format("did you mean the stage `{}`?", stage));
      return;
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeCopyFromStageTypo() { return std::make_unique<CopyFromStageTypo>(); }

}  // namespace cooper
