// `FROM x as y`: both keywords in one case. A keyword in mixed case is the matter of
// ConsistentInstructionCasing.

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class FromAsCasing final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    for (const Stage& stage : file.stages.stages) {
      const std::vector<Word>& words = stage.from->arguments;
      if (words.size() != 3) continue;
      const llvm::StringRef from(stage.from->keyword.text);
      const llvm::StringRef as(words[1].text);
      const bool mismatch = from.lower() == from   ? as.lower() != as
                            : from.upper() == from ? as.upper() != as
                                                   : false;
      if (!mismatch) continue;
      reporter.Report(*stage.from, stage.from->RangeOf(words[1]),
                      fmt::format("'{}' and '{}' keywords' casing do not match", words[1].text,
                                  stage.from->keyword.text));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeFromAsCasing() { return std::make_unique<FromAsCasing>(); }

}  // namespace cooper
