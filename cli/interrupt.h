// SIGINT and SIGTERM as a stop request.

#ifndef COOPER_CLI_INTERRUPT_H_
#define COOPER_CLI_INTERRUPT_H_

#include <atomic>
#include <stop_token>
#include <thread>

namespace cooper {

// For the life of the object the first signal requests a stop and the second
// ends the process. The signals are blocked in every thread made afterwards, so
// make it first; the watching thread starts with Watch, which may come later, for
// a process that enters a user namespace must have one thread until then.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();

  std::stop_token token() const { return stop_.get_token(); }
  void Watch();
  // The first signal that came; 0 as long as there was none.
  int signal_number() const { return signal_number_.load(); }

 private:
  std::stop_source stop_;
  std::atomic<int> signal_number_ = 0;
  std::jthread watcher_;
};

}  // namespace cooper

#endif  // COOPER_CLI_INTERRUPT_H_
