// Promises about places in source text and about messages, for several targets.

#ifndef COOPER_TESTS_FUZZ_SOURCE_CHECKS_H_
#define COOPER_TESTS_FUZZ_SOURCE_CHECKS_H_

#include <string>

#include "ir/base/diagnostic_engine.h"
#include "ir/base/source_files.h"
#include "ir/base/source_range.h"
#include "ir/graph/build_graph.h"

namespace cooper {

// The range begins and ends in its file, in this order. An empty place may be
// shown by the one column after the end of a line.
void RequireInside(const SourceRange& range, const SourceFiles& files);

// Each message has text and a place in the file; nothing that is shown steers a
// terminal. Returns what is shown.
std::string RequireGoodMessages(const DiagnosticEngine& diagnostics, const SourceFiles& files);

// The graph is valid, and its text, when it is not huge, parses back to the same bytes.
void RequireRoundTrip(const BuildGraph& graph);

}  // namespace cooper

#endif  // COOPER_TESTS_FUZZ_SOURCE_CHECKS_H_
