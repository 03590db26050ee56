// The comment above an ARG or a named stage describes it, `# NAME text`, for those who
// list arguments and targets.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/lint/catalog/lint_config.h"
#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class InvalidDefinitionDescription final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    for (const Stage& stage : file.stages.stages) {
      if (!stage.name.empty()) Check(*stage.from, "FROM", {stage.name}, reporter);
    }
    for (const Instruction& instruction : file.dockerfile.instructions) {
      if (instruction.kind != InstructionKind::kArg) continue;
      std::vector<std::string> names;
      for (const Word& word : instruction.arguments) {
        names.push_back(word.text.substr(0, word.text.find('=')));
      }
      Check(instruction, "ARG", names, reporter);
    }
  }

 private:
  static void Check(const Instruction& instruction, std::string_view keyword,
                    const std::vector<std::string>& names, LintReporter& reporter) {
    const std::vector<std::string>& comments = instruction.line->comments;
    if (comments.empty() || names.empty() || !CheckComment(comments.back()).empty()) return;
    const std::string first = comments.back().substr(0, comments.back().find(' '));
    if (std::find(names.begin(), names.end(), first) != names.end()) return;
    reporter.Report(instruction, instruction.WholeRange(),
                    fmt::format("Comment for {} should follow the format: `# {} <description>`",
                                keyword, names.size() > 1 ? "<arg_key>" : names[0]));
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeInvalidDefinitionDescription() {
  return std::make_unique<InvalidDefinitionDescription>();
}

}  // namespace cooper
