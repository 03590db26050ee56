// The ports of an EXPOSE, one by one.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_EXPOSED_PORTS_H_
#define COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_EXPOSED_PORTS_H_

#include <string>
#include <vector>

#include "frontends/dockerfile/expand/word_expander.h"
#include "frontends/dockerfile/lint/catalog/lint_rule.h"

namespace cooper {

struct ExposedPort {
  std::string text;  // expanded
  SourceRange range;
};

// In the order of the text; nothing for other instructions, and for words that
// `budget` does not suffice for.
std::vector<ExposedPort> ExposedPortsOf(const LintInstruction& at, ExpansionBudget& budget);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_EXPOSED_PORTS_H_
