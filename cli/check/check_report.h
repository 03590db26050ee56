// What `cooper check` found, in the forms in which people and programs read it.

#ifndef COOPER_CLI_CHECK_CHECK_REPORT_H_
#define COOPER_CLI_CHECK_CHECK_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "frontends/dockerfile/lint/lint_report.h"
#include "ir/base/diagnostic_engine.h"
#include "ir/base/source_files.h"

namespace cooper {

// Findings and faults side by side, in the order of the text.
struct CheckReport {
  enum class Severity : uint8_t { kInfo, kWarning, kError };

  struct Item {
    Severity severity = Severity::kWarning;
    std::optional<LintRuleId> rule;  // nothing for a fault
    std::string name;                // of the rule, or of the kind of fault
    std::string message;
    std::string help;
    std::optional<SourceRange> range;
    std::optional<SourceRange> lines;  // the whole instruction, as BuildKit has it

    // The message with what to do.
    std::string Text() const;
  };

  std::vector<Item> items;
  size_t dropped_count = 0;

  size_t Count(Severity severity) const;
};

CheckReport MakeCheckReport(const LintReport& lint, const DiagnosticEngine& diagnostics);

// Messages with carets, then a line that counts them.
std::string CheckText(const CheckReport& report, const SourceFiles& files);
// The shape of BuildKit's `frontend.lint`; the first fault is its `buildError`. `file`
// is the Dockerfile.
std::string CheckJson(const CheckReport& report, const SourceFiles& files, uint32_t file);
// SARIF 2.1.0, as GitHub's code scanning takes it.
std::string CheckSarif(const CheckReport& report, const SourceFiles& files);
// GitLab's Code Quality report.
std::string CheckGitlab(const CheckReport& report, const SourceFiles& files);

// The warnings about `file` in a line each, for the end of a build; empty without any.
std::string LintSummary(const LintReport& lint, uint32_t file);

}  // namespace cooper

#endif  // COOPER_CLI_CHECK_CHECK_REPORT_H_
