// Variables in the order in which they were set, as an image config and a
// process have them.
//
// A value; one thread at a time.

#ifndef COOPER_FRONTENDS_DOCKERFILE_STAGES_ENVIRONMENT_H_
#define COOPER_FRONTENDS_DOCKERFILE_STAGES_ENVIRONMENT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontends/dockerfile/expand/word_expander.h"

namespace cooper {

class Environment final : public VariableScope {
 public:
  Environment() = default;
  // From "NAME=value" lines; of a repeated name the last value counts.
  explicit Environment(const std::vector<std::string>& lines);

  std::optional<std::string_view> Get(std::string_view name) const override;
  // Replaces in place, or appends.
  void Set(std::string_view name, std::string_view value);

  const std::vector<std::string>& lines() const { return lines_; }
  size_t size_bytes() const { return size_bytes_; }

 private:
  std::vector<std::string> lines_;  // "NAME=value"
  std::unordered_map<std::string, size_t> index_;
  size_t size_bytes_ = 0;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_STAGES_ENVIRONMENT_H_
