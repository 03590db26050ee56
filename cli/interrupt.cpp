#include "cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

namespace cooper {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  return signals;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void Interrupt::Watch() {
  if (watcher_.joinable()) return;
  watcher_ = std::jthread([this](std::stop_token ended) {
    const sigset_t signals = StopSignals();
    // Wakes now and then to see whether the program is over.
    constexpr timespec kPoll = {.tv_sec = 0, .tv_nsec = 100'000'000};
    bool seen = false;
    while (!ended.stop_requested()) {
      const int number = sigtimedwait(&signals, nullptr, &kPoll);
      if (number <= 0) continue;
      if (seen) _exit(128 + number);
      seen = true;
      signal_number_ = number;
      stop_.request_stop();
    }
  });
}

Interrupt::~Interrupt() {
  watcher_.request_stop();
  if (watcher_.joinable()) {
    // Waits at most one poll; blocked signals stay blocked for what is left of the process.
    watcher_.join();
  }
}

}  // namespace cooper
