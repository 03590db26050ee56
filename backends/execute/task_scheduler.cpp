#include "backends/execute/task_scheduler.h"

#include <algorithm>
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
      if (missing_[i] == 0) ready_.insert(i);
    }
  }

  // Stops what runs and starts nothing more.
  void Stop() {
    stop_.request_stop();
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return Finished() || !ready_.empty(); });
      if (Finished()) return;
      const size_t index = *ready_.begin();
      ready_.erase(ready_.begin());
      ++running_;
      lock.unlock();
      Status status = tasks_[index].work(stop_.get_token());
      lock.lock();
      --running_;
      ++ended_;
      if (status.ok()) {
        for (const size_t user : users_[index]) {
          if (--missing_[user] == 0) ready_.insert(user);
        }
      } else if (!failure_) {
        failure_ = std::move(status).error();
        stop_.request_stop();
      }
      changed_.notify_all();
    }
  }

  bool done() const { return ended_ == tasks_.size(); }
  std::optional<Error>& failure() { return failure_; }

 private:
  // Nothing is left that this run will start.
  bool Finished() const {
    return stop_.stop_requested() || ended_ == tasks_.size() || (ready_.empty() && running_ == 0);
  }

  const std::vector<ScheduledTask>& tasks_;
  std::vector<std::vector<size_t>> users_;
  std::vector<size_t> missing_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::stop_source stop_;
  std::set<size_t> ready_;
  size_t running_ = 0;
  size_t ended_ = 0;
  std::optional<Error> failure_;
};

}  // namespace

Status RunTasks(const std::vector<ScheduledTask>& tasks, unsigned workers, std::stop_token stop) {
  TaskRun run(tasks);
  {
    const std::stop_callback on_stop(stop, [&run] { run.Stop(); });
    std::vector<std::jthread> threads;
    const size_t count = std::min<size_t>(std::max(1u, workers), tasks.size());
    try {
      for (size_t i = 0; i < count; ++i) threads.emplace_back([&run] { run.Work(); });
    } catch (const std::system_error&) {
      // Where no more threads may be had, fewer do as well: in the end this one.
      if (threads.empty()) run.Work();
    }
  }
  if (run.failure()) return std::move(*run.failure());
  if (!run.done()) return Error(DiagnosticKind::kInterrupted, "the build was interrupted");
  return Ok();
}

}  // namespace cooper
