// FROM sees the ARGs before the first FROM and the builder's own variables. An ARG
// without a value is declared all the same.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "frontends/dockerfile/expand/word_expander.h"
#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/operands/instruction_flags.h"

namespace cooper {
namespace {

class UndefinedArgInFrom final : public LintRule {
 public:
  void CheckFile(const LintFile& file, LintReporter& reporter) override {
    std::vector<std::string> known = NamesOf(file.global_scope);
    for (const Instruction* arg : file.stages.global_args) {
      for (const Word& word : arg->arguments) {
        known.push_back(word.text.substr(0, word.text.find('=')));
      }
    }
    for (const Stage& stage : file.stages.stages) {
      const Instruction& from = *stage.from;
      if (from.arguments.empty()) continue;
      Check(file, from, from.arguments[0].text, from.RangeOf(from.arguments[0]), known, reporter);
      const Flag* platform = FindFlag(from, "platform");
      if (platform == nullptr || !platform->value) continue;
      Check(file, from, *platform->value, from.RangeOf(*platform), known, reporter);
    }
  }

 private:
  static void Check(const LintFile& file, const Instruction& from, const std::string& text,
                    const SourceRange& range, const std::vector<std::string>& known,
                    LintReporter& reporter) {
    const WordExpander expander(file.global_scope, {.escape = from.line->escape});
    std::set<std::string> reported;
    for (const std::string& name : expander.ExpandWord(text).unset) {
      const bool declared = std::find(known.begin(), known.end(), name) != known.end();
      if (declared || !reported.insert(name).second) continue;
      reporter.Report(from, range,
                      fmt::format("FROM argument '{}' is not declared{}", name,
                                  DidYouMean(NearestVariable(name, known))));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeUndefinedArgInFrom() {
  return std::make_unique<UndefinedArgInFrom>();
}

}  // namespace cooper
