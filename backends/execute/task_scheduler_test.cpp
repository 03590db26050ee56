#include "backends/execute/task_scheduler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <mutex>
#include <thread>

namespace cooper {
namespace {

Error Failure(std::string message) { return Error(DiagnosticKind::kRunFailed, std::move(message)); }

TEST(TaskScheduler, RunsATaskAfterAllThatItDependsOn) {
  std::mutex mutex;
  std::vector<int> order;
  const auto record = [&](int id) {
    return [&, id](std::stop_token) -> Status {
      const std::lock_guard lock(mutex);
      order.push_back(id);
      return Ok();
    };
  };
  const std::vector<ScheduledTask> tasks = {
      {{}, record(0)}, {{0}, record(1)}, {{0}, record(2)}, {{1, 2}, record(3)}};
  ASSERT_TRUE(RunTasks(tasks, 3, {}).ok());
  ASSERT_EQ(order.size(), 4u);
  EXPECT_EQ(order.front(), 0);
  EXPECT_EQ(order.back(), 3);
}

TEST(TaskScheduler, IndependentTasksRunAtTheSameTime) {
  // Passes only when both are inside at once; the test's time limit is the alarm.
  std::barrier together(2);
  const auto meet = [&](std::stop_token) -> Status {
    together.arrive_and_wait();
    return Ok();
  };
  EXPECT_TRUE(RunTasks({{{}, meet}, {{}, meet}}, 2, {}).ok());
}

TEST(TaskScheduler, FirstFailureStopsOthersAndSkipsDependants) {
  std::atomic<bool> dependant_ran = false;
  std::atomic<bool> saw_stop = false;
  std::barrier together(2);  // both run before the first one fails
  const std::vector<ScheduledTask> tasks = {{{},
                                             [&](std::stop_token) -> Status {
                                               together.arrive_and_wait();
                                               return Failure("first");
                                             }},
                                            {{},
                                             [&](std::stop_token stop) -> Status {
                                               together.arrive_and_wait();
                                               while (!stop.stop_requested())
                                                 std::this_thread::yield();
                                               saw_stop = true;
                                               return Failure("second");
                                             }},
                                            {{0}, [&](std::stop_token) -> Status {
                                               dependant_ran = true;
                                               return Ok();
                                             }}};
  const Status status = RunTasks(tasks, 2, {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "first");
  EXPECT_TRUE(saw_stop);
  EXPECT_FALSE(dependant_ran);
}

TEST(TaskScheduler, StopFromOutsideIsReportedAsInterruption) {
  std::stop_source source;
  const std::vector<ScheduledTask> tasks = {{{},
                                             [&](std::stop_token stop) -> Status {
                                               source.request_stop();
                                               while (!stop.stop_requested())
                                                 std::this_thread::yield();
                                               return Ok();
                                             }},
                                            {{0}, [](std::stop_token) -> Status { return Ok(); }}};
  const Status status = RunTasks(tasks, 2, source.get_token());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kInterrupted);
}

TEST(TaskScheduler, NothingToDoSucceeds) { EXPECT_TRUE(RunTasks({}, 4, {}).ok()); }

}  // namespace
}  // namespace cooper
