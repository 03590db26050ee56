// What a copy reads of a build context, by the copier's own rules.

#ifndef COOPER_BACKENDS_SOURCE_SELECTION_H_
#define COOPER_BACKENDS_SOURCE_SELECTION_H_

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"

namespace cooper {

// The fields of a FileCopyOp.
struct Selection {
  std::vector<std::string> from;
  std::vector<std::string> exclude = {};
  bool parents = false;
  // Tells whether .dockerignore is the reason why a path is not there; may be empty.
  std::function<bool(const std::string& path)> is_excluded = nullptr;
};

// Gets the entries of each source on their own, so that a later source cannot hide what
// an earlier one had: where they meet depends on the destination. The path of an entry
// begins with kTop, which stands for the place that the source is copied to.
class SelectionVisitor : public EntrySink {
 public:
  static constexpr std::string_view kTop = "d";

  // The next element of `from`.
  virtual void BeginPattern(const std::string& pattern) = 0;
  // A source that the element stands for; not called with `parents`, where paths of
  // entries are those of the context.
  virtual void BeginSource(const std::string& path, const TreeEntry& entry) = 0;

 protected:
  static std::string_view BelowTop(std::string_view path) {
    return path == kTop ? std::string_view() : path.substr(kTop.size() + 1);
  }
};

// kMissingSource for a path without wildcard that is not there; kInterrupted after a stop.
Status VisitSelection(const FileTree& tree, const Selection& selection, SelectionVisitor& visitor,
                      const std::stop_token& stop);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_SELECTION_H_
