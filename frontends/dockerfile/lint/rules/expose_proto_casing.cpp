// `80/TCP`, which the image has as `80/tcp`.

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>

#include "frontends/dockerfile/lint/catalog/exposed_ports.h"
#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class ExposeProtoCasing final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    for (const ExposedPort& port : ExposedPortsOf(at, budget_)) {
      const llvm::StringRef protocol = llvm::StringRef(port.text).split('/').second;
      if (protocol.lower() == protocol) continue;
      reporter.Report(at.instruction, port.range,
                      fmt::format("Defined protocol '{}' in EXPOSE instruction should be lowercase",
                                  port.text));
    }
  }

 private:
  ExpansionBudget budget_;
};

}  // namespace

std::unique_ptr<LintRule> MakeExposeProtoCasing() { return std::make_unique<ExposeProtoCasing>(); }

}  // namespace cooper
