// A tag moves. Experimental, because many teams want it to, and pin what they release
// in other ways.

#include <fmt/format.h>

#include <string>

#include "frontends/dockerfile/expand/word_expander.h"
#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class UnpinnedBase final : public LintRule {
 public:
  void CheckStage(const LintFile& file, const Stage& stage, std::optional<size_t> parent,
                  LintReporter& reporter) override {
    const Word& word = stage.from->arguments[0];
    const WordExpander expander(file.global_scope, {.escape = stage.from->line->escape});
    const std::string base = expander.ExpandWord(word.text).text;
    const bool image = !parent && base != "scratch" && !file.options.named_contexts.contains(base);
    if (!image || base.find('@') != std::string::npos) return;
    reporter.Report(*stage.from, stage.from->RangeOf(word),
                    fmt::format("base image `{}` is named without a digest", base),
                    "add `@sha256:...` behind the tag");
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeUnpinnedBase() { return std::make_unique<UnpinnedBase>(); }

}  // namespace cooper
