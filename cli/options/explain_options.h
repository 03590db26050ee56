// What `cooper explain` is asked for.

#ifndef COOPER_CLI_OPTIONS_EXPLAIN_OPTIONS_H_
#define COOPER_CLI_OPTIONS_EXPLAIN_OPTIONS_H_

#include <string>

#include "cli/options/options.h"

namespace cooper {

struct ExplainOptions {
  InputOptions input;  // which builds: context and Dockerfile
  std::string step;    // empty: all
  bool json = false;
};

}  // namespace cooper

#endif  // COOPER_CLI_OPTIONS_EXPLAIN_OPTIONS_H_
