// What a build did, step by step: kept in the store for `cooper explain`.

#ifndef COOPER_CLI_HISTORY_BUILD_REPORT_H_
#define COOPER_CLI_HISTORY_BUILD_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/plan/build_plan.h"

namespace cooper {

enum class StepOutcome : uint8_t { kDone, kFailed, kCached, kSkipped, kNotReached };

// All texts are escaped for terminals.
struct StepReport {
  uint32_t id = 0;
  std::string kind;    // "run"
  std::string vertex;  // "build.run2"
  std::string title;   // "RUN make"
  std::string place;   // "Dockerfile:12"; empty for what the input does not say
  StepOutcome outcome = StepOutcome::kNotReached;
  std::string reason;  // of the plan
  std::string error;
  int64_t took_ms = 0;
  std::optional<Digest> key;
};

struct BuildReport {
  int64_t started_s = 0;  // since 1970
  int64_t took_ms = 0;
  std::string isolation;                                    // rung of the RUN steps, if any ran
  std::vector<std::pair<std::string, std::string>> images;  // target, digest
  std::vector<StepReport> steps;
};

std::string_view NameOf(
    StepOutcome outcome);  // "done", "failed", "cached", "skipped", "not reached"

// The steps of `plan`, of which none has been reached.
std::vector<StepReport> StepsOf(const BuildPlan& plan);

// JSON and back; nothing for what is no report of this version.
std::string BuildReportToJson(const BuildReport& report);
std::optional<BuildReport> BuildReportFromJson(std::string_view json);

}  // namespace cooper

#endif  // COOPER_CLI_HISTORY_BUILD_REPORT_H_
