#include "tests/corpus/figure.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cooper {

Figure::~Figure() {
  fmt::print("{}: {} of {}\n", name_, holding_, total_);
  EXPECT_GT(total_, 0u) << name_ << ": there was no case";
  for (const std::string& failure : failures_) ADD_FAILURE() << name_ << ": " << failure;
  EXPECT_EQ(holding_, total_) << name_;
}

void Figure::Count(bool holds, std::string_view id, std::string_view detail) {
  ++total_;
  if (holds) {
    ++holding_;
  } else if (failures_.size() < kMaxShown) {
    failures_.push_back(fmt::format("{}: {}", id, detail.substr(0, kMaxShownBytes)));
  }
}

void Figure::Compare(std::string_view expected, std::string_view actual, std::string_view id) {
  if (expected == actual) return Count(true, id, "");
  // From the line that differs first.
  const size_t same = static_cast<size_t>(
      std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end()).first -
      expected.begin());
  const size_t line = same == 0 ? 0 : expected.rfind('\n', same - 1) + 1;
  Count(false, id,
        fmt::format("expected\n  {}\nbut it is\n  {}", expected.substr(line, kMaxShownBytes / 2),
                    actual.substr(std::min(line, actual.size()), kMaxShownBytes / 2)));
}

}  // namespace cooper
