// The ports of an EXPOSE, one by one.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_EXPOSED_PORTS_H_
#define COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_EXPOSED_PORTS_H_

#include <string>
#include <vector>

#include "frontends/dockerfile/lint/catalog/lint_rule.h"

namespace cooper {

struct ExposedPort {
  std::string text;  // expanded
  SourceRange range;
};

// In the order of the text; nothing for other instructions.
std::vector<ExposedPort> ExposedPortsOf(const LintInstruction& at);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_EXPOSED_PORTS_H_
