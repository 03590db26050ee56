// The files of the build context that COPY and ADD name.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LOCAL_SOURCES_H_
#define COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LOCAL_SOURCES_H_

#include <string>
#include <vector>

#include "frontends/dockerfile/lint/catalog/lint_rule.h"

namespace cooper {

struct LocalSource {
  std::string path;  // expanded and clean; "." is the whole context
  SourceRange range;
};

// Those of a COPY without `--from` or of an ADD, without URLs and heredocs; nothing
// for other instructions.
std::vector<LocalSource> LocalSourcesOf(const LintInstruction& at);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LOCAL_SOURCES_H_
