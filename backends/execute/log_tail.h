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
    while (!bytes.empty()) {
      const size_t end = bytes.find('\n');
      const bool complete = end != std::string_view::npos;
      const std::string_view part = bytes.substr(0, end);
      current_ += part.substr(0, kLineBytes - current_.size());
      bytes.remove_prefix(part.size() + (complete ? 1 : 0));
      if (complete) EndLine();
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
