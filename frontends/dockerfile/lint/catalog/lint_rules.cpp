#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

constexpr LintRuleInfo kRules[] = {
#define COOPER_LINT_RULE(name, slug, origin, level, summary) \
  {LintRuleId::k##name, #name, slug, LintOrigin::origin, LintLevel::level, summary},
#include "frontends/dockerfile/lint/catalog/lint_rules.def"
#undef COOPER_LINT_RULE
};

}  // namespace

std::string LintRuleInfo::Url() const {
  if (origin != LintOrigin::kBuildKit) return "";
  return "https://docs.docker.com/go/dockerfile/rule/" + std::string(slug) + "/";
}

const LintRuleInfo& InfoOf(LintRuleId id) { return kRules[static_cast<size_t>(id)]; }

std::span<const LintRuleInfo> LintRules() { return kRules; }

std::optional<LintRuleId> FindLintRule(std::string_view name) {
  for (const LintRuleInfo& rule : kRules) {
    if (rule.name == name) return rule.id;
  }
  return std::nullopt;
}

}  // namespace cooper
