#include "frontends/dockerfile/lint/catalog/exposed_ports.h"

#include <utility>

namespace cooper {

std::vector<ExposedPort> ExposedPortsOf(const LintInstruction& at, ExpansionBudget& budget) {
  std::vector<ExposedPort> ports;
  if (at.instruction.kind != InstructionKind::kExpose) return ports;
  const WordExpander expander(at.state.env,
                              {.escape = at.instruction.line->escape, .budget = &budget});
  for (const Word& word : at.instruction.arguments) {
    // A word may hold several ports: `$PORTS`.
    for (std::string& text : expander.ExpandWords(word.text).words) {
      ports.push_back({std::move(text), at.instruction.RangeOf(word)});
    }
  }
  return ports;
}

}  // namespace cooper
