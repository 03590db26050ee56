// What .dockerignore excludes cannot be copied. With an exception in the file nothing
// is claimed; the whole context is gone only if everything is.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "frontends/dockerfile/grammar/ast_printer.h"
#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/lint/catalog/local_sources.h"

namespace cooper {
namespace {

class CopyIgnoredFile final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    const std::vector<std::string>& patterns = at.file.options.context_exclude;
    const bool exceptions =
        std::any_of(patterns.begin(), patterns.end(),
                    [](const std::string& pattern) { return pattern.starts_with('!'); });
    if (patterns.empty() || exceptions) return;
    for (const LocalSource& source : LocalSourcesOf(at)) {
      if (!IsIgnored(source.path, at.file.options)) continue;
      reporter.Report(at.instruction, source.range,
                      fmt::format("Attempting to {} file {} that is excluded by .dockerignore",
                                  at.instruction.kind == InstructionKind::kAdd ? "Add" : "Copy",
                                  GoQuoted(source.path)));
    }
  }

 private:
  static bool IsIgnored(const std::string& path, const FrontendOptions& options) {
    if (path == "." || path == "/") {
      return std::any_of(options.context_exclude.begin(), options.context_exclude.end(),
                         [](const std::string& pattern) {
                           return pattern == "*" || pattern == "**" || pattern == "**/*";
                         });
    }
    return options.is_ignored && options.is_ignored(path.starts_with('/') ? path.substr(1) : path);
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeCopyIgnoredFile() { return std::make_unique<CopyIgnoredFile>(); }

}  // namespace cooper
