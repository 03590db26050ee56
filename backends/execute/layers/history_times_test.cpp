#include "backends/execute/layers/history_times.h"

#include <gtest/gtest.h>

namespace cooper {
namespace {

using Times = std::vector<std::string>;

constexpr FileTime kFirst = {.seconds = 1'600'000'000, .nanoseconds = 0};
constexpr FileTime kSecond = {.seconds = 1'700'000'000, .nanoseconds = 5};
constexpr const char* kFirstText = "2020-09-13T12:26:40Z";
constexpr const char* kSecondText = "2023-11-14T22:13:20.000000005Z";

TEST(HistoryTimes, EntriesWithoutLayerTakeTheTimeOfTheOneBefore) {
  EXPECT_EQ(HistoryTimes({kFirst, {}, kSecond, {}}, "base"),
            (Times{kFirstText, kFirstText, kSecondText, kSecondText}));
}

TEST(HistoryTimes, EntriesInFrontTakeTheTimeOfTheFirstLayer) {
  EXPECT_EQ(HistoryTimes({{}, {}, kSecond}, "base"),
            (Times{kSecondText, kSecondText, kSecondText}));
}

TEST(HistoryTimes, WithoutLayersTheBaseCounts) {
  EXPECT_EQ(HistoryTimes({{}, {}}, "base"), (Times{"base", "base"}));
  EXPECT_EQ(HistoryTimes({{}}, ""), Times{""});
}

}  // namespace
}  // namespace cooper
