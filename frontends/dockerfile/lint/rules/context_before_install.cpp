// COPY . . before `npm ci`: every changed file installs all dependencies again.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/lint/catalog/local_sources.h"
#include "frontends/dockerfile/lint/catalog/shell_commands.h"

namespace cooper {
namespace {

constexpr std::string_view kInstalls[][2] = {
    {"npm", "ci"},         {"npm", "install"},
    {"yarn", "install"},   {"pnpm", "install"},
    {"go", "mod"},         {"cargo", "fetch"},
    {"bundle", "install"}, {"composer", "install"},
    {"poetry", "install"}, {"mvn", "dependency:go-offline"}};

// The first command of `run` that installs the dependencies which files of the context name.
std::optional<std::string> InstallIn(const Instruction& run) {
  for (const ShellCommand& command : CommandsOf(run)) {
    for (const auto& [program, subcommand] : kInstalls) {
      if (Calls(command, program, subcommand)) return fmt::format("{} {}", program, subcommand);
    }
    const bool pip = Calls(command, "pip", "install") || Calls(command, "pip3", "install");
    const bool from_file = std::find(command.begin(), command.end(), "-r") != command.end();
    if (pip && from_file) return "pip install -r";
  }
  return std::nullopt;
}

class ContextBeforeInstall final : public LintRule {
 public:
  void CheckStage(const LintFile&, const Stage&, std::optional<size_t>, LintReporter&) override {
    context_ = nullptr;
    installed_ = false;
  }

  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    if (at.instruction.kind == InstructionKind::kRun) {
      const std::optional<std::string> install = InstallIn(at.instruction);
      if (!install) return;
      if (context_ != nullptr && !installed_) {
        reporter.Report(
            *context_, context_->WholeRange(),
            fmt::format("the whole context is copied before `{}`, which then runs again "
                        "after every change of a file",
                        *install),
            "copy the files that name the dependencies first, and the rest after it");
      }
      installed_ = true;
    } else if (context_ == nullptr) {
      for (const LocalSource& source : LocalSourcesOf(at)) {
        if (source.path == "." || source.path == "/") context_ = &at.instruction;
      }
    }
  }

 private:
  const Instruction* context_ = nullptr;  // that copied the whole context
  bool installed_ = false;                // dependencies, by a RUN before
};

}  // namespace

std::unique_ptr<LintRule> MakeContextBeforeInstall() {
  return std::make_unique<ContextBeforeInstall>();
}

}  // namespace cooper
