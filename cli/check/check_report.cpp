#include "cli/check/check_report.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "ir/base/diagnostic_kind.h"

namespace cooper {

std::string CheckReport::Item::Text() const {
  return help.empty() ? message : message + "; " + help;
}

size_t CheckReport::Count(Severity severity) const {
  return static_cast<size_t>(std::count_if(
      items.begin(), items.end(), [&](const Item& item) { return item.severity == severity; }));
}

CheckReport MakeCheckReport(const LintReport& lint, const DiagnosticEngine& diagnostics) {
  CheckReport report;
  report.dropped_count = lint.dropped_count + diagnostics.dropped_count();
  for (const LintFinding& finding : lint.findings) {
    const LintRuleInfo& rule = InfoOf(finding.rule);
    const auto severity = rule.level == LintLevel::kInfo ? CheckReport::Severity::kInfo
                                                         : CheckReport::Severity::kWarning;
    report.items.push_back({severity, rule.id, std::string(rule.name), finding.message,
                            finding.help, finding.range, finding.lines});
  }
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
    const auto severity = SeverityOf(diagnostic.kind) == Severity::kError
                              ? CheckReport::Severity::kError
                              : CheckReport::Severity::kWarning;
    report.items.push_back({severity, std::nullopt, std::string(NameOf(diagnostic.kind)),
                            diagnostic.message, "", diagnostic.range, diagnostic.range});
  }
  // Faults without a place come last, and the verdict over the findings after those.
  const auto key = [](const CheckReport::Item& item) {
    const bool verdict = item.name == NameOf(DiagnosticKind::kLint);
    const bool placed = item.range && !verdict;
    return std::tuple(verdict, !placed, placed ? item.range->begin.line : 0);
  };
  std::stable_sort(
      report.items.begin(), report.items.end(),
      [&](const CheckReport::Item& a, const CheckReport::Item& b) { return key(a) < key(b); });
  return report;
}

}  // namespace cooper
