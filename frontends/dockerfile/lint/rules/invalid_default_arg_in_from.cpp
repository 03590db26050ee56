// With the defaults of the global ARGs alone FROM should name an image, whatever the
// build arguments of this very build are.

#include <fmt/format.h>

#include <string>

#include "frontends/dockerfile/expand/word_expander.h"
#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/stages/global_scope.h"
#include "ir/base/diagnostic_engine.h"
#include "ir/image/reference.h"

namespace cooper {
namespace {

class InvalidDefaultArgInFrom final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    FrontendOptions defaults;
    defaults.build_platform = file.options.build_platform;
    defaults.target_platform = file.options.target_platform;
    DiagnosticEngine faults;  // reported by the lowering
    ExpansionBudget budget;
    const Environment scope = MakeGlobalScope(file.stages, defaults, "default", budget, faults);
    for (const Stage& stage : file.stages.stages) {
      if (stage.from->arguments.empty()) continue;
      const Word& word = stage.from->arguments[0];
      if (word.text.find('$') == std::string::npos) continue;
      const Expansion base =
          WordExpander(scope, {.escape = stage.from->line->escape, .budget = &budget})
              .ExpandWord(word.text);
      if (base.fault || Reference::Parse(base.text).ok()) continue;
      reporter.Report(*stage.from, stage.from->RangeOf(word),
                      fmt::format("Default value for ARG {} results in empty or invalid base image "
                                  "name",
                                  word.text));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeInvalidDefaultArgInFrom() {
  return std::make_unique<InvalidDefaultArgInFrom>();
}

}  // namespace cooper
