// ARG and ENV stay readable in the image. A name is told by its parts: `API_TOKEN`,
// but neither `PUBLIC_KEY` nor `TOKEN_FILE`.

#include <fmt/format.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

constexpr std::string_view kSecret[] = {"apikey", "auth",     "credential", "credentials", "key",
                                        "passwd", "password", "pword",      "secret",      "token"};
constexpr std::string_view kHarmless[] = {"public", "file", "version"};

bool SoundsSecret(std::string_view name) {
  const std::string lower = llvm::StringRef(name.data(), name.size()).lower();
  llvm::SmallVector<llvm::StringRef> parts;
  llvm::StringRef(lower).split(parts, '_');
  const auto has = [&](std::span<const std::string_view> words) {
    return std::any_of(parts.begin(), parts.end(), [&](llvm::StringRef part) {
      return std::find(words.begin(), words.end(), std::string_view(part)) != words.end();
    });
  };
  return has(kSecret) && !has(kHarmless);
}

class SecretsUsedInArgOrEnv final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    const auto check = [&](std::string_view name, size_t begin, size_t end) {
      if (!SoundsSecret(name)) return;
      reporter.Report(
          at.instruction, at.instruction.line->RangeOf(begin, end),
          fmt::format("Do not use ARG or ENV instructions for sensitive data ({} \"{}\")",
                      InfoOf(at.instruction.kind).keyword, name),
          "use `RUN --mount=type=secret`");
    };
    if (at.instruction.kind == InstructionKind::kEnv) {
      for (const Assignment& assignment : at.instruction.assignments) {
        check(at.Expand(assignment.name), assignment.name.begin, assignment.name.end);
      }
    } else if (at.instruction.kind == InstructionKind::kArg) {
      for (const Word& word : at.instruction.arguments) {
        const std::string name = word.text.substr(0, word.text.find('='));
        check(name, word.begin, word.begin + name.size());
      }
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeSecretsUsedInArgOrEnv() {
  return std::make_unique<SecretsUsedInArgOrEnv>();
}

}  // namespace cooper
