#include "backends/execute/task_scheduler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <latch>
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
  ASSERT_TRUE(RunTasks(tasks, {.foreground = 3}, {}).ok());
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
  EXPECT_TRUE(RunTasks({{{}, meet}, {{}, meet}}, {.foreground = 2}, {}).ok());
}

TEST(TaskScheduler, BackgroundTasksKeepNoForegroundTaskBack) {
  // The first background task ends only when every foreground task has run.
  std::latch foreground_done(3);
  const auto background = [&](std::stop_token) -> Status {
    foreground_done.wait();
    return Ok();
  };
  const auto foreground = [&](std::stop_token) -> Status {
    foreground_done.count_down();
    return Ok();
  };
  const std::vector<ScheduledTask> tasks = {{{}, background, TaskSlot::kBackground},
                                            {{}, background, TaskSlot::kBackground},
                                            {{}, foreground},
                                            {{2}, foreground},
                                            {{3}, foreground}};
  EXPECT_TRUE(RunTasks(tasks, {.foreground = 1, .background = 1}, {}).ok());
}

TEST(TaskScheduler, ForegroundTasksKeepNoBackgroundTaskBack) {
  std::latch background_done(1);
  const std::vector<ScheduledTask> tasks = {{{},
                                             [&](std::stop_token) -> Status {
                                               background_done.wait();
                                               return Ok();
                                             }},
                                            {{},
                                             [&](std::stop_token) -> Status {
                                               background_done.count_down();
                                               return Ok();
                                             },
                                             TaskSlot::kBackground}};
  EXPECT_TRUE(RunTasks(tasks, {.foreground = 1, .background = 1}, {}).ok());
}

TEST(TaskScheduler, NoMoreTasksOfAKindThanItHasSlots) {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  const auto count = [&](std::stop_token) -> Status {
    const int now = ++inside;
    int seen = most;
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --inside;
    return Ok();
  };
  const std::vector<ScheduledTask> tasks(20, {{}, count, TaskSlot::kBackground});
  EXPECT_TRUE(RunTasks(tasks, {.foreground = 8, .background = 2}, {}).ok());
  EXPECT_LE(most, 2);
}

TEST(TaskScheduler, AFailedBackgroundTaskStopsTheForeground) {
  std::atomic<bool> dependant_ran = false;
  std::barrier together(2);
  const std::vector<ScheduledTask> tasks = {{{},
                                             [&](std::stop_token stop) -> Status {
                                               together.arrive_and_wait();
                                               while (!stop.stop_requested())
                                                 std::this_thread::yield();
                                               return Ok();
                                             }},
                                            {{},
                                             [&](std::stop_token) -> Status {
                                               together.arrive_and_wait();
                                               return Failure("layer");
                                             },
                                             TaskSlot::kBackground},
                                            {{0}, [&](std::stop_token) -> Status {
                                               dependant_ran = true;
                                               return Ok();
                                             }}};
  const Status status = RunTasks(tasks, {.foreground = 1, .background = 1}, {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "layer");
  EXPECT_FALSE(dependant_ran);
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
  const Status status = RunTasks(tasks, {.foreground = 2}, {});
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
  const Status status = RunTasks(tasks, {.foreground = 2}, source.get_token());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kInterrupted);
}

TEST(TaskScheduler, NothingToDoSucceeds) { EXPECT_TRUE(RunTasks({}, {}, {}).ok()); }

}  // namespace
}  // namespace cooper
