// FROM x AS Build: names are compared in lower case.

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class StageNameCasing final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    for (const Stage& stage : file.stages.stages) {
      const std::vector<Word>& words = stage.from->arguments;
      if (words.size() != 3) continue;
      const llvm::StringRef name(words[2].text);
      if (name.lower() == name) continue;
      reporter.Report(*stage.from, stage.from->RangeOf(words[2]),
                      fmt::format("Stage name '{}' should be lowercase", words[2].text));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeStageNameCasing() { return std::make_unique<StageNameCasing>(); }

}  // namespace cooper
