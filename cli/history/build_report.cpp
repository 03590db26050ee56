#include "cli/history/build_report.h"

#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>

#include <array>

#include "cli/progress/plan_text.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr int64_t kVersion = 1;
constexpr std::array kOutcomes = {StepOutcome::kDone, StepOutcome::kFailed, StepOutcome::kCached,
                                  StepOutcome::kSkipped, StepOutcome::kNotReached};

llvm::json::Object StepToJson(const StepReport& step) {
  return llvm::json::Object{{"id", static_cast<int64_t>(step.id)},
                            {"kind", step.kind},
                            {"vertex", step.vertex},
                            {"title", step.title},
                            {"place", step.place},
                            {"outcome", llvm::StringRef(NameOf(step.outcome))},
                            {"reason", step.reason},
                            {"error", step.error},
                            {"took_ms", step.took_ms},
                            {"key", step.key ? step.key->ToString() : std::string()}};
}

std::string TextOf(const llvm::json::Object& object, llvm::StringRef name) {
  const std::optional<llvm::StringRef> text = object.getString(name);
  return text ? text->str() : std::string();
}

std::optional<StepReport> StepFromJson(const llvm::json::Value& value) {
  const llvm::json::Object* const object = value.getAsObject();
  if (object == nullptr) return std::nullopt;
  StepReport step{.id = static_cast<uint32_t>(object->getInteger("id").value_or(0)),
                  .kind = TextOf(*object, "kind"),
                  .vertex = TextOf(*object, "vertex"),
                  .title = TextOf(*object, "title"),
                  .place = TextOf(*object, "place"),
                  .outcome = StepOutcome::kNotReached,
                  .reason = TextOf(*object, "reason"),
                  .error = TextOf(*object, "error"),
                  .took_ms = object->getInteger("took_ms").value_or(0),
                  .key = Digest::Parse(TextOf(*object, "key"))};
  const std::string outcome = TextOf(*object, "outcome");
  for (const StepOutcome candidate : kOutcomes) {
    if (NameOf(candidate) == outcome) step.outcome = candidate;
  }
  return step;
}

}  // namespace

std::string_view NameOf(StepOutcome outcome) {
  switch (outcome) {
    case StepOutcome::kDone:
      return "done";
    case StepOutcome::kFailed:
      return "failed";
    case StepOutcome::kCached:
      return "cached";
    case StepOutcome::kSkipped:
      return "skipped";
    case StepOutcome::kNotReached:
      return "not reached";
  }
  return "";
}

std::vector<StepReport> StepsOf(const BuildPlan& plan) {
  std::vector<StepReport> reports;
  for (const Step& step : plan.steps) {
    StepReport report{.id = step.id,
                      .kind = std::string(NameOf(step.kind)),
                      .vertex = EscapeForTerminal(plan.graph.vertex(step.vertex).name),
                      .title = StepTitle(plan, step),
                      .place = StepPlace(plan, step),
                      .outcome = StepOutcome::kNotReached,
                      .reason = EscapeForTerminal(step.reason),
                      .error = {},
                      .took_ms = 0,
                      .key = step.key};
    if (step.state == StepState::kCached) report.outcome = StepOutcome::kCached;
    if (step.state == StepState::kSkipped) report.outcome = StepOutcome::kSkipped;
    reports.push_back(std::move(report));
  }
  return reports;
}

std::string BuildReportToJson(const BuildReport& report) {
  llvm::json::Object images;
  for (const auto& [target, digest] : report.images) images[target] = digest;
  llvm::json::Array steps;
  for (const StepReport& step : report.steps) steps.push_back(StepToJson(step));
  llvm::json::Object object{{"version", kVersion},         {"started", report.started_s},
                            {"took_ms", report.took_ms},   {"isolation", report.isolation},
                            {"images", std::move(images)}, {"steps", std::move(steps)}};
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << llvm::json::Value(std::move(object));
  stream.flush();
  return text;
}

std::optional<BuildReport> BuildReportFromJson(std::string_view json) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(json);
  if (!value) {
    llvm::consumeError(value.takeError());
    return std::nullopt;
  }
  const llvm::json::Object* const object = value->getAsObject();
  if (object == nullptr || object->getInteger("version") != kVersion) return std::nullopt;
  const llvm::json::Array* const steps = object->getArray("steps");
  if (steps == nullptr) return std::nullopt;
  BuildReport report{.started_s = object->getInteger("started").value_or(0),
                     .took_ms = object->getInteger("took_ms").value_or(0),
                     .isolation = TextOf(*object, "isolation"),
                     .images = {},
                     .steps = {}};
  if (const llvm::json::Object* const images = object->getObject("images")) {
    for (const auto& [target, digest] : *images) {
      report.images.emplace_back(target.str(), digest.getAsString().value_or("").str());
    }
  }
  for (const llvm::json::Value& step : *steps) {
    std::optional<StepReport> read = StepFromJson(step);
    if (!read) return std::nullopt;
    report.steps.push_back(*std::move(read));
  }
  return report;
}

}  // namespace cooper
