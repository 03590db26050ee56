// An image of one platform alone, used for another.

#include <fmt/format.h>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class InvalidBaseImagePlatform final : public LintRule {
 public:
  void CheckBaseImage(const Stage& stage, const std::string& name, const Platform& wanted,
                      const Platform& found, LintReporter& reporter) override {
    if (found.os.empty()) return;  // old images do not say
    if (wanted.os == found.os && wanted.architecture == found.architecture) return;
    reporter.Report(
        *stage.from, stage.from->RangeOf(stage.from->arguments[0]),
        fmt::format(
            "Base image {} was pulled with platform \"{}\", expected \"{}\" for current build",
            name, found.ToString(), wanted.ToString()));
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeInvalidBaseImagePlatform() {
  return std::make_unique<InvalidBaseImagePlatform>();
}

}  // namespace cooper
