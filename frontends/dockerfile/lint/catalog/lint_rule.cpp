#include "frontends/dockerfile/lint/catalog/lint_rule.h"

#include <llvm/ADT/StringRef.h>

#include "frontends/dockerfile/expand/word_expander.h"

namespace cooper {

std::string LintInstruction::Expand(const Word& word) const {
  const WordExpander expander(state.env, {.escape = instruction.line->escape});
  Expansion expansion = expander.ExpandWord(word.text);
  return expansion.fault ? word.text : std::move(expansion.text);
}

std::string NearestVariable(std::string_view name, const std::vector<std::string>& candidates) {
  std::string nearest;
  unsigned limit = 2;
  for (const std::string& candidate : candidates) {
    const llvm::StringRef wanted(name.data(), name.size());
    const unsigned distance = wanted.edit_distance(candidate, /*AllowReplacements=*/true, limit);
    if (distance == 0) return "";
    if (distance > limit) continue;
    nearest = candidate;
    if (distance == 1) break;
    limit = distance - 1;
  }
  return nearest;
}

std::string DidYouMean(const std::string& name, std::string_view prefix) {
  if (name.empty()) return "";
  return " (did you mean " + std::string(prefix) + name + "?)";
}

std::vector<std::string> NamesOf(const Environment& environment) {
  std::vector<std::string> names;
  for (const std::string& line : environment.lines()) {
    const size_t equals = line.find('=');
    if (equals != std::string::npos) names.push_back(line.substr(0, equals));
  }
  return names;
}

}  // namespace cooper
