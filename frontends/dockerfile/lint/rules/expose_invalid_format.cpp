// Addresses and host ports are chosen when a container starts; an image has ports alone.

#include <fmt/format.h>

#include <string>

#include "frontends/dockerfile/lint/catalog/exposed_ports.h"
#include "frontends/dockerfile/lint/catalog/lint_rules.h"

namespace cooper {
namespace {

class ExposeInvalidFormat final : public LintRule {
 public:
  void CheckInstruction(const LintInstruction& at, LintReporter& reporter) override {
    for (const ExposedPort& port : ExposedPortsOf(at, budget_)) {
      const size_t colon = port.text.rfind(':');
      if (colon == std::string::npos || colon == 0) continue;
      reporter.Report(at.instruction, port.range,
                      fmt::format("EXPOSE instruction should not define an IP address or host-port "
                                  "mapping, found '{}'",
                                  port.text));
    }
  }

 private:
  ExpansionBudget budget_;
};

}  // namespace

std::unique_ptr<LintRule> MakeExposeInvalidFormat() {
  return std::make_unique<ExposeInvalidFormat>();
}

}  // namespace cooper
