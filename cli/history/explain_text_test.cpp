#include "cli/history/explain_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "ir/text/text.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

BuildReport Sample() {
  BuildReport report{.started_s = 1'700'000'000,
                     .took_ms = 12'340,
                     .isolation = "userns",
                     .images = {{"app", Digest::Of("image").ToString()}},
                     .steps = {}};
  report.steps.push_back({.id = 1,
                          .kind = "file",
                          .vertex = "build.copy",
                          .title = "COPY src /src",
                          .place = "Dockerfile:2",
                          .outcome = StepOutcome::kDone,
                          .reason = "`src/a` changed",
                          .error = {},
                          .took_ms = 1'500,
                          .key = Digest::Of("key")});
  report.steps.push_back({.id = 2,
                          .kind = "run",
                          .vertex = "build.run",
                          .title = "RUN make",
                          .place = "Dockerfile:12",
                          .outcome = StepOutcome::kFailed,
                          .reason = "follows step 1, which runs",
                          .error = "`make` ended with status 2",
                          .took_ms = 10,
                          .key = std::nullopt});
  report.steps.push_back({.id = 3,
                          .kind = "layer",
                          .vertex = "build.run",
                          .title = "RUN make",
                          .place = "Dockerfile:12",
                          .outcome = StepOutcome::kNotReached,
                          .reason = "follows step 2, which runs",
                          .error = {},
                          .took_ms = 0,
                          .key = std::nullopt});
  return report;
}

std::vector<uint32_t> Found(std::string_view words) {
  const BuildReport report = Sample();
  std::vector<uint32_t> ids;
  for (const StepReport* const step : FindSteps(report, words)) ids.push_back(step->id);
  return ids;
}

TEST(BuildReportJson, ReadsBackWhatItWrote) {
  const std::string json = BuildReportToJson(Sample());
  const auto report = BuildReportFromJson(json);
  ASSERT_TRUE(report);
  EXPECT_EQ(BuildReportToJson(*report), json);
  EXPECT_EQ(report->steps[1].outcome, StepOutcome::kFailed);
  EXPECT_EQ(report->steps[0].key, Digest::Of("key"));
  EXPECT_FALSE(BuildReportFromJson("{\"version\":99,\"steps\":[]}"));
  EXPECT_FALSE(BuildReportFromJson("{\"version\":1,\"steps\":[7]}"));
  EXPECT_FALSE(BuildReportFromJson("nonsense"));
}

TEST(OverviewText, TellsWhatBecameOfEachStep) {
  const std::string text = OverviewText(Sample());
  EXPECT_THAT(text, HasSubstr("build of 2023-11-14 22:13:20 UTC, 12.3 s, RUN in userns\n"));
  EXPECT_THAT(text, HasSubstr("1  done            1.5 s  COPY src /src"));
  EXPECT_THAT(text, HasSubstr(" `src/a` changed\n"));
  EXPECT_THAT(text, HasSubstr(" `make` ended with status 2\n"));
  EXPECT_THAT(text, HasSubstr("3 steps: 1 done, 1 failed, 1 not reached\n"));
  EXPECT_THAT(text, HasSubstr("image app sha256:"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 100u) << line;
}

TEST(StepText, ListsComponentsWithoutValuesOfVariables) {
  const CacheKey key{.digest = Digest::Of("key"),
                     .kind = "exec",
                     .components = {{"args", {"make", "all"}}, {"env", {"TOKEN=hush", "B=2"}}},
                     .files = {{"src/a", "file 0644 0:0", Digest::Of("a")}}};
  const std::string text = StepText(Sample().steps[0], key);
  EXPECT_THAT(text, HasSubstr("done in 1.5 s: `src/a` changed\n"));
  EXPECT_THAT(text, HasSubstr("args          make\n                  all\n"));
  EXPECT_THAT(text, HasSubstr("env           TOKEN=...\n                  B=...\n"));
  EXPECT_THAT(text, HasSubstr("files         src/a file 0644 0:0 ca978112ca1b\n"));
  EXPECT_THAT(text, Not(HasSubstr("hush")));
}

TEST(FindSteps, ByNumberLineNameAndText) {
  EXPECT_EQ(Found("2"), std::vector<uint32_t>{2});
  EXPECT_EQ(Found(":12"), (std::vector<uint32_t>{2, 3}));
  EXPECT_EQ(Found("Dockerfile:2"), std::vector<uint32_t>{1});
  EXPECT_EQ(Found("%build.copy"), std::vector<uint32_t>{1});
  EXPECT_EQ(Found("run MAKE"), (std::vector<uint32_t>{2, 3}));
  EXPECT_EQ(Found("9"), std::vector<uint32_t>{});
  EXPECT_EQ(Found("test"), std::vector<uint32_t>{});
}

}  // namespace
}  // namespace cooper
