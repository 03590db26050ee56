#include "backends/filesystem/ops/copy_sources.h"

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "backends/filesystem/tree/glob.h"
#include "backends/filesystem/tree/link_resolver.h"
#include "backends/filesystem/tree/pattern_matcher.h"

namespace cooper {
namespace {

std::string Unescape(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

std::vector<std::string_view> SplitNames(std::string_view path) {
  std::vector<std::string_view> names;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    names.push_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return names;
}

// Links met on the way are not entered: only the part of the source before its
// first wildcard follows them.
void ExpandBelow(const FileTree& source, const std::string& directory, std::span<const Glob> globs,
                 std::vector<std::string>& found) {
  for (const std::string& name : source.List(directory)) {
    if (!globs.front().Matches(name)) continue;
    std::string path = JoinPath(directory, name);
    if (globs.size() == 1) {
      found.push_back(std::move(path));
      continue;
    }
    const std::optional<TreeEntry> entry = source.Find(path);
    if (entry && entry->type == EntryType::kDirectory) {
      ExpandBelow(source, path, globs.subspan(1), found);
    }
  }
}

}  // namespace

Error MissingSource(std::string_view path) {
  return {DiagnosticKind::kMissingSource, "`/" + std::string(path) + "` is not in the source tree"};
}

Result<TreeEntry> FollowSource(const FileTree& source, std::string_view path) {
  COOPER_ASSIGN_OR_RETURN(const std::string reached, source.Resolve(path, /*follow_last=*/true));
  std::optional<TreeEntry> entry = source.Find(reached);
  if (!entry) return MissingSource(path);
  return *std::move(entry);
}

Result<std::vector<std::string>> ExpandSource(const FileTree& source, std::string_view from) {
  const std::string path = CleanTreePath(from);
  if (!HasWildcard(path)) {
    // A backslash may be part of a name (JSON form) or escape a wildcard.
    if (FollowSource(source, path).ok()) return std::vector<std::string>{path};
    const std::string plain = Unescape(path);
    COOPER_RETURN_IF_ERROR([&]() -> Status {
      auto entry = FollowSource(source, plain);
      if (!entry.ok()) return std::move(entry).error();
      return Ok();
    }());
    return std::vector<std::string>{plain};
  }

  std::string prefix;
  std::vector<Glob> globs;
  for (const std::string_view name : SplitNames(path)) {
    if (globs.empty() && !HasWildcard(name)) {
      prefix = JoinPath(prefix, Unescape(name));
      continue;
    }
    std::optional<Glob> glob = Glob::Compile(name, GlobDialect::kPath);
    if (!glob) {
      return Error(DiagnosticKind::kCopy, "malformed pattern `" + std::string(from) + "`");
    }
    globs.push_back(*std::move(glob));
  }
  COOPER_ASSIGN_OR_RETURN(const std::string start, source.Resolve(prefix, /*follow_last=*/true));
  std::vector<std::string> found;
  ExpandBelow(source, start, globs, found);
  return found;
}

PivotedSource SplitAtPivot(std::string_view from) {
  PivotedSource split;
  const size_t pivot = from.find("/./");
  if (pivot != std::string_view::npos) {
    split.base = CleanTreePath(from.substr(0, pivot));
    from.remove_prefix(pivot + 3);
  }
  split.pattern = CleanTreePath(from);
  return split;
}

std::string EscapeBackslashes(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    if (c == '\\') escaped += c;
    escaped += c;
  }
  return escaped;
}

}  // namespace cooper
