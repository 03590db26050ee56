#include "frontends/dockerfile/operands/path.h"

#include <vector>

namespace cooper {

std::string CleanAbsolute(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  std::string clean;
  for (const std::string_view part : parts) clean.append("/").append(part);
  return clean.empty() ? "/" : clean;
}

std::string JoinClean(std::string_view base, std::string_view path) {
  if (path.starts_with('/')) return CleanAbsolute(path);
  return CleanAbsolute(std::string(base) + "/" + std::string(path));
}

std::string CleanSource(std::string_view path) {
  const std::string clean = CleanAbsolute(path);
  return clean == "/" ? "." : clean.substr(1);
}

std::string CleanSourceWithPivot(std::string_view path) {
  const size_t pivot = path.find("/./");
  if (pivot == std::string_view::npos) return CleanSource(path);
  const std::string front = CleanSource(path.substr(0, pivot));
  const std::string back = CleanSource(path.substr(pivot + 3));
  return front + "/./" + (back == "." ? "" : back);
}

std::string LiteralSource(std::string_view name) {
  std::string literal;
  for (const char c : name) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) literal += '\\';
    literal += c;
  }
  return literal;
}

std::string CleanDestination(std::string_view working_dir, std::string_view path) {
  const bool directory = path.empty() || path == "." || path.ends_with('/') || path.ends_with("/.");
  std::string clean = JoinClean(working_dir, path);
  if (directory && clean != "/") clean += '/';
  return clean;
}

}  // namespace cooper
