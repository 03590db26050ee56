#include "backends/filesystem/disk/protected_paths.h"

#include <functional>
#include <utility>

#include "backends/filesystem/tree/link_resolver.h"
#include "backends/filesystem/tree/tree_entry.h"

namespace cooper {
namespace {

constexpr int kMountPointField = 4;  // counted from 0

// Space, tab, newline and backslash are three octal digits there.
std::string Unescape(std::string_view text) {
  std::string plain;
  for (size_t at = 0; at < text.size(); ++at) {
    const auto digit = [&](size_t i) { return at + i < text.size() ? text[at + i] - '0' : -1; };
    const auto is_octal = [&](size_t i) { return digit(i) >= 0 && digit(i) <= 7; };
    if (text[at] == '\\' && is_octal(1) && is_octal(2) && is_octal(3)) {
      plain += static_cast<char>(digit(1) * 64 + digit(2) * 8 + digit(3));
      at += 3;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

std::string_view Field(std::string_view line, int number) {
  for (; number > 0; --number) {
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) return {};
    line.remove_prefix(space + 1);
  }
  return line.substr(0, line.find(' '));
}

}  // namespace

void ProtectedPaths::Add(std::string_view path) {
  std::string clean = CleanTreePath(path);
  if (!clean.empty()) paths_.insert(std::move(clean));
}

void ProtectedPaths::AddMountPoints(std::string_view mountinfo) {
  while (!mountinfo.empty()) {
    const size_t end = mountinfo.find('\n');
    Add(Unescape(Field(mountinfo.substr(0, end), kMountPointField)));
    mountinfo.remove_prefix(end == std::string_view::npos ? mountinfo.size() : end + 1);
  }
}

bool ProtectedPaths::Covers(std::string_view path) const {
  if (paths_.empty()) return false;
  for (; !path.empty(); path = ParentPath(path)) {
    if (paths_.contains(path)) return true;
  }
  return false;
}

bool ProtectedPaths::IsAbove(std::string_view path) const {
  if (paths_.empty()) return false;
  if (path.empty()) return true;
  const std::string prefix = std::string(path) + '/';
  const auto next = paths_.lower_bound(prefix);
  return next != paths_.end() && next->starts_with(prefix);
}

}  // namespace cooper
