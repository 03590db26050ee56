#include "frontends/dockerfile/stages/environment.h"

namespace cooper {

Environment::Environment(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    const size_t equals = line.find('=');
    if (equals == std::string::npos) {
      // Images in the wild have them; such a line names no variable.
      lines_.push_back(line);
      size_bytes_ += line.size();
    } else {
      Set(std::string_view(line).substr(0, equals), std::string_view(line).substr(equals + 1));
    }
  }
}

std::optional<std::string_view> Environment::Get(std::string_view name) const {
  const auto found = index_.find(std::string(name));
  if (found == index_.end()) return std::nullopt;
  return std::string_view(lines_[found->second]).substr(name.size() + 1);
}

void Environment::Set(std::string_view name, std::string_view value) {
  std::string line;
  line.reserve(name.size() + 1 + value.size());
  line.append(name).append("=").append(value);
  const auto [found, added] = index_.emplace(std::string(name), lines_.size());
  size_bytes_ += line.size();
  if (added) {
    lines_.push_back(std::move(line));
  } else {
    size_bytes_ -= lines_[found->second].size();
    lines_[found->second] = std::move(line);
  }
}

}  // namespace cooper
