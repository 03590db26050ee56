// Keeps the last lines of a step's output for the message that tells of its failure.

#ifndef COOPER_BACKENDS_EXECUTE_LOG_TAIL_H_
#define COOPER_BACKENDS_EXECUTE_LOG_TAIL_H_

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace cooper {

// One per step; not thread-safe.
class LogTail {
 public:
  static constexpr size_t kLines = 20;
  static constexpr size_t kLineBytes = 1000;  // of a line that is kept

  void Add(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') {
        EndLine();
      } else if (current_.size() < kLineBytes) {
        current_ += c;
      }
    }
  }

  // Oldest first; an unfinished last line counts.
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines(lines_.begin(), lines_.end());
    if (!current_.empty()) lines.push_back(current_);
    return lines;
  }

 private:
  void EndLine() {
    lines_.push_back(std::move(current_));
    current_.clear();
    if (lines_.size() > kLines) lines_.pop_front();
  }

  std::deque<std::string> lines_;
  std::string current_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_LOG_TAIL_H_
