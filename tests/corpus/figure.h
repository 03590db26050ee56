// How many of the cases of one comparison hold.
//
// Counts while a test runs; prints `NAME: 3609 of 3609` when it goes, and fails the
// test unless all hold, with the first few that do not.

#ifndef COOPER_TESTS_CORPUS_FIGURE_H_
#define COOPER_TESTS_CORPUS_FIGURE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cooper {

class Figure {
 public:
  explicit Figure(std::string name) : name_(std::move(name)) {}
  ~Figure();
  Figure(const Figure&) = delete;
  Figure& operator=(const Figure&) = delete;

  // `detail` is shown when `holds` is false.
  void Count(bool holds, std::string_view id, std::string_view detail);
  // As Count, showing both sides where they differ.
  void Compare(std::string_view expected, std::string_view actual, std::string_view id);

 private:
  static constexpr size_t kMaxShown = 8;
  static constexpr size_t kMaxShownBytes = 600;

  std::string name_;
  size_t holding_ = 0;
  size_t total_ = 0;
  std::vector<std::string> failures_;
};

}  // namespace cooper

#endif  // COOPER_TESTS_CORPUS_FIGURE_H_
