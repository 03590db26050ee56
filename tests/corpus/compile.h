// Compiles one Dockerfile in a world where every image exists.

#ifndef COOPER_TESTS_CORPUS_COMPILE_H_
#define COOPER_TESTS_CORPUS_COMPILE_H_

#include <optional>
#include <string>

#include "frontends/frontend.h"
#include "ir/base/diagnostic_engine.h"
#include "ir/graph/build_graph.h"

namespace cooper {

struct Compiled {
  std::optional<BuildGraph> graph;
  DiagnosticEngine diagnostics;

  // All messages, one a line.
  std::string Messages() const;
};

// For linux/amd64, without build arguments.
Compiled Compile(const std::string& dockerfile);

}  // namespace cooper

#endif  // COOPER_TESTS_CORPUS_COMPILE_H_
