#include "cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
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
    bool seen = false;
    while (true) {
      const int number = sigwaitinfo(&signals, nullptr);
      if (ended.stop_requested()) return;
      if (number <= 0) continue;
      if (seen) _exit(128 + number);
      seen = true;
      signal_number_ = number;
      stop_.request_stop();
    }
  });
}

Interrupt::~Interrupt() {
  if (!watcher_.joinable()) return;
  watcher_.request_stop();
  // Wakes it. Blocked signals stay blocked for what is left of the process.
  pthread_kill(watcher_.native_handle(), SIGHUP);
  watcher_.join();
}

}  // namespace cooper
