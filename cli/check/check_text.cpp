// The report for people.

#include <fmt/format.h>

#include "cli/check/check_report.h"
#include "ir/base/diagnostic_printer.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// Of a build, whose output has other things to say.
constexpr size_t kMaxSummaryLines = 20;

std::string_view WordFor(CheckReport::Severity severity) {
  switch (severity) {
    case CheckReport::Severity::kInfo:
      return "info";
    case CheckReport::Severity::kWarning:
      return "warning";
    case CheckReport::Severity::kError:
      return "error";
  }
  return "";
}

std::string Counted(size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string CheckText(const CheckReport& report, const SourceFiles& files) {
  std::string text;
  for (const CheckReport::Item& item : report.items) {
    const bool placed = item.range && item.range->file < files.size();
    if (placed) {
      text += fmt::format("{}:{}:{}: ", EscapeForTerminal(files.file(item.range->file).name),
                          item.range->begin.line, item.range->begin.column);
    }
    text += fmt::format("{}: {} [{}]\n", WordFor(item.severity), EscapeForTerminal(item.Text()),
                        item.name);
    if (placed) text += FormatExcerpt(*item.range, files);
  }
  if (report.items.empty()) return "nothing found\n";
  text += fmt::format("{}, {}, {} of advice\n",
                      Counted(report.Count(CheckReport::Severity::kError), "error"),
                      Counted(report.Count(CheckReport::Severity::kWarning), "warning"),
                      Counted(report.Count(CheckReport::Severity::kInfo), "piece"));
  if (report.dropped_count > 0) text += fmt::format("{} more not shown\n", report.dropped_count);
  return text;
}

std::string LintSummary(const LintReport& lint, uint32_t file) {
  std::string lines;
  size_t count = 0;
  for (const LintFinding& finding : lint.findings) {
    const LintRuleInfo& rule = InfoOf(finding.rule);
    if (rule.level == LintLevel::kInfo || finding.range.file != file) continue;
    if (++count > kMaxSummaryLines) continue;
    lines += fmt::format(" - {}: {} (line {})\n", rule.name, EscapeForTerminal(finding.message),
                         finding.range.begin.line);
  }
  if (count == 0) return "";
  if (count > kMaxSummaryLines) lines += fmt::format(" - {} more\n", count - kMaxSummaryLines);
  return fmt::format("{} found (`cooper check` shows more):\n{}", Counted(count, "warning"), lines);
}

}  // namespace cooper
