#include "ir/base/source_files.h"

namespace cooper {

std::string_view SourceFiles::Line(uint32_t id, uint32_t line) const {
  if (id >= files_.size() || line == 0) return {};
  std::string_view rest = files_[id].text;
  for (uint32_t current = 1; current < line; ++current) {
    const size_t newline = rest.find('\n');
    if (newline == std::string_view::npos) return {};
    rest.remove_prefix(newline + 1);
  }
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

}  // namespace cooper
