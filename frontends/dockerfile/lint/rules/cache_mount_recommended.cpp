// What a package manager downloads is lost with the layer's next change; a cache mount
// keeps it, and out of the image.

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "frontends/dockerfile/lint/catalog/lint_rules.h"
#include "frontends/dockerfile/lint/catalog/shell_commands.h"
#include "frontends/dockerfile/operands/instruction_flags.h"

namespace cooper {
namespace {

struct Download {
  std::string_view program;
  std::string_view subcommand;
  std::string_view directory;  // where the program keeps its cache, as root
};

constexpr Download kDownloads[] = {{"apt-get", "install", "/var/cache/apt"},
                                   {"apt", "install", "/var/cache/apt"},
                                   {"pip", "install", "/root/.cache/pip"},
                                   {"pip3", "install", "/root/.cache/pip"},
                                   {"npm", "ci", "/root/.npm"},
                                   {"npm", "install", "/root/.npm"},
                                   {"go", "build", "/root/.cache/go-build"},
                                   {"go", "mod", "/go/pkg/mod"},
                                   {"cargo", "build", "/usr/local/cargo/registry"},
                                   {"cargo", "fetch", "/usr/local/cargo/registry"}};

class CacheMountRecommended final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    if (at.instruction.kind != InstructionKind::kRun) return;
    for (const Flag* mount : FindFlags(at.instruction, "mount")) {
      if (mount->value && mount->value->find("type=cache") != std::string::npos) return;
    }
    for (const ShellCommand& command : CommandsOf(at.instruction)) {
      for (const Download& download : kDownloads) {
        if (!Calls(command, download.program, download.subcommand)) continue;
        reporter.Report(
            at.instruction, at.instruction.KeywordRange(),
            fmt::format("`{} {}` downloads again whenever this step runs", download.program,
                        download.subcommand),
            fmt::format("keep its files with `--mount=type=cache,target={}`", download.directory));
        return;
      }
    }
  }
};

}  // namespace

std::unique_ptr<LintRule> MakeCacheMountRecommended() {
  return std::make_unique<CacheMountRecommended>();
}

}  // namespace cooper
