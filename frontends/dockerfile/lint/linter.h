// Runs the lint rules over one Dockerfile while it is lowered.
//
// Lives for one compilation and borrows what it is given.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LINT_LINTER_H_
#define COOPER_FRONTENDS_DOCKERFILE_LINT_LINTER_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/lint/catalog/lint_config.h"
#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/lint/lint_report.h"
#include "frontends/dockerfile/stages/lowering_observer.h"
#include "frontends/frontend.h"
#include "ir/base/diagnostic_engine.h"

namespace cooper {

class Linter final : public LoweringObserver {
 public:
  // A malformed `check` directive is reported to `diagnostics`.
  Linter(const Dockerfile& dockerfile, const FrontendOptions& options,
         DiagnosticEngine& diagnostics);
  ~Linter() override;

  // Once lowering is over: the findings. With `error=true`, those of BuildKit's
  // rules are a fault of the kind kLint.
  LintReport Finish();

  void OnFile(const StageList& stages, const Environment& global_scope) override;
  void OnStage(const Stage& stage, std::optional<size_t> parent) override;
  void OnBaseImage(const Stage& stage, const std::string& name, const Platform& wanted,
                   const Platform& found) override;
  void OnInstruction(const Stage& stage, const Instruction& instruction,
                     const StageState& before) override;
  void OnUnset(const Stage& stage, const Instruction& instruction, const SourceRange& range,
               const std::vector<std::string>& names, const StageState& state) override;

 private:
  class RuleReporter;
  struct Running {
    std::unique_ptr<LintRule> rule;
    std::unique_ptr<RuleReporter> reporter;
  };

  bool Silenced(const LintRuleInfo& rule, const Instruction& instruction) const;
  void FailIfAsked();

  const Dockerfile& dockerfile_;
  const FrontendOptions& options_;
  DiagnosticEngine& diagnostics_;
  LintConfig config_;
  std::vector<Running> rules_;
  std::optional<LintFile> file_;
  LintReport report_;
  // The rules that found something, also what was dropped, and where first.
  std::map<std::string_view, SourceRange> violated_;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LINT_LINTER_H_
