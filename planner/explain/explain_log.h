// Reasons, recorded by whoever decides: each pass says what it did and why.

#ifndef COOPER_PLANNER_EXPLAIN_EXPLAIN_LOG_H_
#define COOPER_PLANNER_EXPLAIN_EXPLAIN_LOG_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cooper {

class ExplainLog {
 public:
  // "prune-unreachable: dropped %test.run: target `app` does not read it" is
  // source "prune-unreachable" and the rest as text.
  void Add(std::string_view source, std::string text) {
    lines_.push_back(std::string(source) + ": " + std::move(text));
  }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_EXPLAIN_EXPLAIN_LOG_H_
