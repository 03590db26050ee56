// Runs tasks that depend on one another on a fixed number of threads for each kind.

#ifndef COOPER_BACKENDS_EXECUTE_TASK_SCHEDULER_H_
#define COOPER_BACKENDS_EXECUTE_TASK_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "ir/base/result.h"

namespace cooper {

// What a task needs to run. Tasks of one kind never wait for a slot of the other, so
// that what the rest of a build waits for is not held up by what nothing waits for.
enum class TaskSlot : uint8_t {
  kForeground,
  kBackground,
};

struct ScheduledTask {
  std::vector<size_t> after;  // indexes of earlier tasks
  // Gets a token that is stopped when another task failed or the caller stops.
  std::function<Status(std::stop_token)> work;
  TaskSlot slot = TaskSlot::kForeground;
};

struct TaskSlots {
  unsigned foreground = 1;
  unsigned background = 1;
};

// Runs every task once, up to as many of each kind at a time as there are slots, the
// ready one that stands first in `tasks` before the others. After the first failure nothing new is
// started, running tasks are asked to stop, and that first failure is returned
// once all of them have ended. When `stop` was requested and no task failed by
// itself, the error is kInterrupted. No thread outlives the call.
Status RunTasks(const std::vector<ScheduledTask>& tasks, TaskSlots slots, std::stop_token stop);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_TASK_SCHEDULER_H_
