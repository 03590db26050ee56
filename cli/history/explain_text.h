// What people read of a former build.

#ifndef COOPER_CLI_HISTORY_EXPLAIN_TEXT_H_
#define COOPER_CLI_HISTORY_EXPLAIN_TEXT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/history/build_report.h"
#include "ir/plan/cache_key.h"

namespace cooper {

// A line for each step: what became of it, how long it took and why.
std::string OverviewText(const BuildReport& report);

// Everything about one step; `key`: what its key was made of, if that is known.
std::string StepText(const StepReport& step, const std::optional<CacheKey>& key);

// The steps that `words` name: a number, "FILE:LINE", ":LINE", a vertex's name, or a part of a
// title.
std::vector<const StepReport*> FindSteps(const BuildReport& report, std::string_view words);

}  // namespace cooper

#endif  // COOPER_CLI_HISTORY_EXPLAIN_TEXT_H_
