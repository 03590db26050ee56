#include "backends/sandbox/runner/descendants.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace cooper::runner {
namespace {

struct Process {
  pid_t pid;
  pid_t parent;
  char state;  // as in /proc/PID/stat: T is stopped, Z dead
  bool ours;
};

struct Processes {
  Process* items = nullptr;
  size_t size = 0;
  size_t capacity = 0;
};

// Whether /proc/PID/stat could be read.
bool ReadProcess(const char* pid, Process& process) {
  char path[32];
  char text[512];
  snprintf(path, sizeof(path), "/proc/%.10s/stat", pid);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t size = read(file, text, sizeof(text) - 1);
  close(file);
  if (size <= 0) return false;
  text[size] = '\0';
  // The name before it may hold anything, a parenthesis too.
  const char* const end_of_name = strrchr(text, ')');
  if (end_of_name == nullptr) return false;
  process.pid = atoi(pid);
  process.ours = false;
  return sscanf(end_of_name + 1, " %c %d", &process.state, &process.parent) == 2;
}

void ListProcesses(Processes& list) {
  list.size = 0;
  DIR* const proc = opendir("/proc");
  if (proc == nullptr) return;
  while (const dirent* entry = readdir(proc)) {
    if (isdigit(static_cast<unsigned char>(entry->d_name[0])) == 0) continue;
    if (list.size == list.capacity) {
      const size_t capacity = list.capacity == 0 ? 256 : 2 * list.capacity;
      void* const items = realloc(list.items, capacity * sizeof(Process));
      if (items == nullptr) break;
      list.items = static_cast<Process*>(items);
      list.capacity = capacity;
    }
    if (ReadProcess(entry->d_name, list.items[list.size])) ++list.size;
  }
  closedir(proc);
}

int ComparePids(const void* a, const void* b) {
  const pid_t first = static_cast<const Process*>(a)->pid;
  const pid_t second = static_cast<const Process*>(b)->pid;
  return first < second ? -1 : (first > second ? 1 : 0);
}

void MarkDescendants(Processes& list) {
  const pid_t self = getpid();
  if (list.size != 0) qsort(list.items, list.size, sizeof(Process), ComparePids);
  for (bool more = true; more;) {
    more = false;
    for (size_t i = 0; i < list.size; ++i) {
      Process& process = list.items[i];
      if (process.ours || process.pid == self) continue;
      const Process wanted = {process.parent, 0, 0, false};
      const auto* const parent = static_cast<const Process*>(
          bsearch(&wanted, list.items, list.size, sizeof(Process), ComparePids));
      process.ours = process.parent == self || (parent != nullptr && parent->ours);
      more |= process.ours;
    }
  }
}

constexpr size_t kPidLimit = size_t{1} << 22;  // Linux: PID_MAX_LIMIT

// Stops those of ours that were not told to before. Whether there were any.
bool StopMore(const Processes& list, uint64_t* told) {
  bool more = false;
  for (size_t i = 0; i < list.size; ++i) {
    const size_t pid = static_cast<size_t>(list.items[i].pid);
    if (!list.items[i].ours || pid >= kPidLimit) continue;
    uint64_t& word = told[pid / 64];
    const uint64_t bit = uint64_t{1} << pid % 64;
    if ((word & bit) != 0) continue;
    word |= bit;
    if (kill(list.items[i].pid, SIGSTOP) == 0) more = true;
  }
  return more;
}

}  // namespace

void KillDescendants() {
  static Processes list;
  static uint64_t told[kPidLimit / 64];
  // A process that is to stop makes no others, so that there is an end to them.
  do {
    ListProcesses(list);
    MarkDescendants(list);
  } while (StopMore(list, told));
  while (true) {
    for (size_t i = 0; i < list.size; ++i) {
      if (list.items[i].ours) kill(list.items[i].pid, SIGKILL);
    }
    // A child that is not in the list became one of ours just now.
    pid_t ended = waitpid(-1, nullptr, WNOHANG);
    while (ended > 0) ended = waitpid(-1, nullptr, WNOHANG);
    if (ended < 0 && errno == ECHILD) return;
    const struct timespec pause = {0, 1'000'000};
    nanosleep(&pause, nullptr);
    ListProcesses(list);
    MarkDescendants(list);
  }
}

}  // namespace cooper::runner
