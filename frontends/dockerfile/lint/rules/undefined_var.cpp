// A variable that neither ENV nor ARG nor the base has set. A declared ARG without a
// value is empty on purpose. Nothing is said of a base that was not asked for.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class UndefinedVar final : public LintRule {
 public:
  void CheckUnset(const LintInstruction& at, const SourceRange& range,
                  const std::vector<std::string>& names, LintReporter& reporter) override {
    if (at.state.unknown_base) return;
    std::set<std::string> reported;
    for (const std::string& name : names) {
      const bool declared = std::any_of(at.state.args.begin(), at.state.args.end(),
                                        [&](const BuildArg& arg) { return arg.name == name; });
      // These are declared for the builder alone and never enter the environment.
      const bool builders =
          name == "BUILDKIT_SBOM_SCAN_CONTEXT" || name == "BUILDKIT_SBOM_SCAN_STAGE";
      if (declared || builders || !reported.insert(name).second) continue;
      reporter.Report(at.instruction, range,
                      fmt::format("Usage of undefined variable '${}'{}", name,
                                  DidYouMean(NearestVariable(name, NamesOf(at.state.env)), "$")));
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeUndefinedVar() { return std::make_unique<UndefinedVar>(); }

}  // namespace cooper
