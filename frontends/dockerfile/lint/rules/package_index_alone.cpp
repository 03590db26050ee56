// The layer of a lone `apt-get update` comes from the cache for ever, while a later
// RUN installs from lists that no mirror has any more.

#include <algorithm>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/lint/catalog/shell_commands.h"

namespace cooper {
namespace {

class PackageIndexAlone final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    if (at.instruction.kind != InstructionKind::kRun) return;
    const std::vector<ShellCommand> commands = CommandsOf(at.instruction);
    const auto any = [&](std::string_view subcommand) {
      return std::any_of(commands.begin(), commands.end(), [&](const ShellCommand& command) {
        return Calls(command, "apt-get", subcommand) || Calls(command, "apt", subcommand);
      });
    };
    // Anything else in the RUN may use the lists: a script, a download.
    const bool alone = any("update") && commands.size() == 1;
    if (!alone) return;
    reporter.Report(at.instruction, at.instruction.WholeRange(),
                    "the package lists of a RUN of their own grow old in the cache",
                    "write `apt-get update && apt-get install -y ...` in one RUN");
  }
};

}  // namespace

std::unique_ptr<LintRule> MakePackageIndexAlone() { return std::make_unique<PackageIndexAlone>(); }

}  // namespace cooper
