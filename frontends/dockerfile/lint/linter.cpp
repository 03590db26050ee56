#include "frontends/dockerfile/lint/linter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

namespace cooper {
namespace {

std::unique_ptr<LintRule> MakeLintRule(LintRuleId id) {
  switch (id) {
#define COOPER_LINT_RULE(name, slug, origin, level, summary) \
  case LintRuleId::k##name:                                  \
    return Make##name();
#include "frontends/dockerfile/lint/catalog/lint_rules.def"
#undef COOPER_LINT_RULE
  }
  return nullptr;
}

}  // namespace

// Knows the rule that speaks.
class Linter::RuleReporter final : public LintReporter {
 public:
  RuleReporter(Linter& linter, LintRuleId rule) : linter_(linter), rule_(rule) {}

  void ReportAt(const Instruction& instruction, const SourceRange& range, const SourceRange& lines,
                std::string message, std::string help) override {
    if (linter_.Silenced(InfoOf(rule_), instruction)) return;
    const auto [first, added] = linter_.violated_.emplace(InfoOf(rule_).name, range);
    if (!added) first->second = std::min(first->second, range);
    std::vector<LintFinding>& findings = linter_.report_.findings;
    if (findings.size() >= kMaxLintFindings) {
      ++linter_.report_.dropped_count;
      return;
    }
    findings.push_back({rule_, range, lines, std::move(message), std::move(help)});
  }

 private:
  Linter& linter_;
  LintRuleId rule_;
};

Linter::Linter(const Dockerfile& dockerfile, const FrontendOptions& options,
               DiagnosticEngine& diagnostics)
    : dockerfile_(dockerfile), options_(options), diagnostics_(diagnostics) {
  const std::optional<Directive>& directive = dockerfile.directives.check;
  const auto argument = options.build_args.find(std::string(kCheckArgument));
  const bool overridden = argument != options.build_args.end();
  const std::string text = overridden ? argument->second : directive ? directive->value : "";
  Result<LintConfig> config = LintConfig::Parse(text);
  if (config.ok()) {
    config_ = *std::move(config);
  } else {
    if (!overridden) config.error().At(directive->range);
    diagnostics_.Report(overridden ? config.error().Within(kCheckArgument) : config.error());
  }
  for (const LintRuleInfo& info : LintRules()) {
    rules_.push_back({MakeLintRule(info.id), std::make_unique<RuleReporter>(*this, info.id)});
  }
}

Linter::~Linter() = default;

bool Linter::Silenced(const LintRuleInfo& rule, const Instruction& instruction) const {
  const std::vector<std::string>& comments = instruction.line->comments;
  return comments.empty() ? !config_.Allows(rule) : !config_.With(comments).Allows(rule);
}

void Linter::OnFile(const StageList& stages, const Environment& global_scope) {
  file_.emplace(LintFile{dockerfile_, stages, global_scope, options_});
  for (const Running& running : rules_) running.rule->CheckFile(*file_, *running.reporter);
}

void Linter::OnStage(const Stage& stage, std::optional<size_t> parent) {
  for (const Running& running : rules_) {
    running.rule->CheckStage(*file_, stage, parent, *running.reporter);
  }
}

void Linter::OnBaseImage(const Stage& stage, const std::string& name, const Platform& wanted,
                         const Platform& found) {
  for (const Running& running : rules_) {
    running.rule->CheckBaseImage(stage, name, wanted, found, *running.reporter);
  }
}

void Linter::OnInstruction(const Stage& stage, const Instruction& instruction,
                           const StageState& before) {
  const LintInstruction at{*file_, stage, instruction, before};
  for (const Running& running : rules_) running.rule->CheckInstruction(at, *running.reporter);
}

void Linter::OnUnset(const Stage& stage, const Instruction& instruction, const SourceRange& range,
                     const std::vector<std::string>& names, const StageState& state) {
  const LintInstruction at{*file_, stage, instruction, state};
  for (const Running& running : rules_) {
    running.rule->CheckUnset(at, range, names, *running.reporter);
  }
}

LintReport Linter::Finish() {
  for (const Running& running : rules_) running.rule->Finish(*running.reporter);
  // The order in which BuildKit's own expectations list findings of one line.
  std::sort(report_.findings.begin(), report_.findings.end(),
            [](const LintFinding& a, const LintFinding& b) {
              return std::tie(a.range.begin.line, a.message, a.range) <
                     std::tie(b.range.begin.line, b.message, b.range);
            });
  FailIfAsked();
  return std::move(report_);
}

void Linter::FailIfAsked() {
  if (!config_.error) return;
  std::erase_if(violated_, [](const auto& rule) {
    return InfoOf(*FindLintRule(rule.first)).origin == LintOrigin::kCooper;
  });
  if (violated_.empty()) return;
  std::vector<std::string_view> names;
  SourceRange first = violated_.begin()->second;
  for (const auto& [name, range] : violated_) {
    names.push_back(name);
    first = std::min(first, range);
  }
  diagnostics_.Report(DiagnosticKind::kLint, first,
                      fmt::format("lint violation found for rules: {}", fmt::join(names, ", ")));
}

}  // namespace cooper
