#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include "backends/sandbox/runner_process.h"

namespace cooper {
namespace {

using testing::ElementsAre;

std::string Record(char tag, std::string_view payload) {
  const uint32_t size = static_cast<uint32_t>(payload.size());
  std::string record(1, tag);
  record.append(reinterpret_cast<const char*>(&size), sizeof(size));
  return record.append(payload);
}

TEST(ParseRunnerReport, ReadsStubsAndStatus) {
  const RunnerReport report = ParseRunnerReport(Record('S', std::string_view("etc\0", 4)) +
                                                Record('S', std::string_view("etc/hosts\0", 10)) +
                                                Record('X', std::string_view("7\0", 2)));
  EXPECT_THAT(report.stubs, ElementsAre("etc", "etc/hosts"));
  EXPECT_EQ(report.exit_status, 7);
  EXPECT_FALSE(report.fault);
}

TEST(ParseRunnerReport, DescribesFaultWithStepCallAndTarget) {
  const RunnerReport report = ParseRunnerReport(Record('F', std::string_view("overlay\0mount\0/x\0"
                                                                             "22\0",
                                                                             20)));
  ASSERT_TRUE(report.fault);
  EXPECT_EQ(Describe(*report.fault), "overlay: mount `/x`: invalid argument");
}

TEST(ParseRunnerReport, SurvivesCutAndUnknownRecords) {
  const std::string whole = Record('S', std::string_view("etc\0", 4));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(ParseRunnerReport(whole.substr(0, size)).stubs.empty());
  }
  EXPECT_TRUE(ParseRunnerReport(Record('?', "x") + Record('X', "")).exit_status.has_value());
  std::string huge = whole;
  std::memset(huge.data() + 1, 0xff, 4);
  EXPECT_TRUE(ParseRunnerReport(huge).stubs.empty());
}

}  // namespace
}  // namespace cooper
