#include "backends/execute/task_scheduler.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

namespace cooper {
namespace {

class TaskRun {
 public:
  explicit TaskRun(const std::vector<ScheduledTask>& tasks)
      : tasks_(tasks), users_(tasks.size()), missing_(tasks.size()) {
    for (size_t i = 0; i < tasks.size(); ++i) {
      missing_[i] = tasks[i].after.size();
      for (const size_t earlier : tasks[i].after) users_[earlier].push_back(i);
      if (missing_[i] == 0) MakeReady(i);
    }
  }

  // Stops what runs and starts nothing more.
  void Stop() {
    stop_.request_stop();
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

  // Does tasks of one kind, in whichever thread calls it, until none is left to come.
  void Work(TaskSlot slot) { Work({&Ready(slot)}); }
  // Does tasks of any kind.
  void Work() { Work({&Ready(TaskSlot::kForeground), &Ready(TaskSlot::kBackground)}); }

  bool done() const { return ended_ == tasks_.size(); }
  std::optional<Error>& failure() { return failure_; }

 private:
  std::set<size_t>& Ready(TaskSlot slot) { return ready_[static_cast<size_t>(slot)]; }
  void MakeReady(size_t index) { Ready(tasks_[index].slot).insert(index); }

  void Work(const std::vector<std::set<size_t>*>& queues) {
    std::unique_lock lock(mutex_);
    while (true) {
      auto queue = queues.end();
      changed_.wait(lock, [&] {
        queue = std::ranges::find_if(queues, [](const auto* ready) { return !ready->empty(); });
        return Finished() || queue != queues.end();
      });
      if (Finished()) return;
      WorkOn(**queue, lock);
    }
  }

  // Takes the first of `ready`, which has one.
  void WorkOn(std::set<size_t>& ready, std::unique_lock<std::mutex>& lock) {
    const size_t index = *ready.begin();
    ready.erase(ready.begin());
    ++running_;
    lock.unlock();
    Status status = tasks_[index].work(stop_.get_token());
    lock.lock();
    --running_;
    ++ended_;
    if (status.ok()) {
      for (const size_t user : users_[index]) {
        if (--missing_[user] == 0) MakeReady(user);
      }
    } else if (!failure_) {
      failure_ = std::move(status).error();
      stop_.request_stop();
    }
    changed_.notify_all();
  }

  // Nothing is left that this run will start.
  bool Finished() const {
    return stop_.stop_requested() || ended_ == tasks_.size() ||
           (ready_[0].empty() && ready_[1].empty() && running_ == 0);
  }

  const std::vector<ScheduledTask>& tasks_;
  std::vector<std::vector<size_t>> users_;
  std::vector<size_t> missing_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::stop_source stop_;
  std::array<std::set<size_t>, 2> ready_;  // by slot
  size_t running_ = 0;
  size_t ended_ = 0;
  std::optional<Error> failure_;
};

}  // namespace

Status RunTasks(const std::vector<ScheduledTask>& tasks, TaskSlots slots, std::stop_token stop) {
  TaskRun run(tasks);
  {
    const std::stop_callback on_stop(stop, [&run] { run.Stop(); });
    std::vector<std::jthread> threads;
    const auto start = [&](TaskSlot slot, unsigned most) {
      const auto wanted = static_cast<size_t>(
          std::ranges::count(tasks, slot, [](const ScheduledTask& task) { return task.slot; }));
      const size_t count = std::min<size_t>(std::max(1u, most), wanted);
      for (size_t i = 0; i < count; ++i) threads.emplace_back([&run, slot] { run.Work(slot); });
    };
    try {
      start(TaskSlot::kForeground, slots.foreground);
      start(TaskSlot::kBackground, slots.background);
    } catch (const std::system_error&) {
      // Where no more threads may be had, fewer do as well: in the end this one.
      run.Work();
    }
  }
  if (run.failure()) return std::move(*run.failure());
  if (!run.done()) return Error(DiagnosticKind::kInterrupted, "the build was interrupted");
  return Ok();
}

}  // namespace cooper
