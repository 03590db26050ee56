#include "backends/filesystem/ops/send_tree.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/filesystem/ops/copy_sources.h"
#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

class TreeSender {
 public:
  TreeSender(const FileTree& tree, EntrySink& sink) : tree_(tree), sink_(sink) {}

  // Directories wait in a list, not on the stack: a tree may be of any depth.
  Status Run(const std::string& path, const std::string& name) {
    pending_.emplace_back(path, name);
    while (!pending_.empty()) {
      const auto [from, to] = std::move(pending_.back());
      pending_.pop_back();
      COOPER_RETURN_IF_ERROR(Send(from, to));
    }
    return Ok();
  }

 private:
  Status Send(const std::string& from, const std::string& to) {
    std::optional<TreeEntry> entry = tree_.Find(from);
    if (!entry) return Ok();
    const TreeEntry* const listed = tree_.FindListed(from);
    entry->path = to;
    entry->opaque = false;
    if (entry->type == EntryType::kDirectory) {
      const std::vector<std::string> children = tree_.List(from);
      for (auto child = children.rbegin(); child != children.rend(); ++child) {
        pending_.emplace_back(JoinPath(from, *child), JoinPath(to, *child));
      }
      return sink_.Add(*entry, nullptr);
    }
    if (listed != nullptr) {
      const auto [first, is_first] = names_.emplace(listed, to);
      if (!is_first) {
        entry->type = EntryType::kHardLink;
        entry->link = first->second;
        entry->size_bytes = 0;
        return sink_.Add(*entry, nullptr);
      }
    }
    if (entry->type != EntryType::kFile || entry->size_bytes == 0) {
      return sink_.Add(*entry, nullptr);
    }
    COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<ContentReader> content, tree_.Open(from));
    return sink_.Add(*entry, content.get());
  }

  const FileTree& tree_;
  EntrySink& sink_;
  std::vector<std::pair<std::string, std::string>> pending_;
  std::map<const TreeEntry*, std::string> names_;
};

}  // namespace

Status SendTree(const FileTree& tree, std::string_view path, std::string_view name,
                EntrySink& sink) {
  COOPER_ASSIGN_OR_RETURN(const TreeEntry entry, FollowSource(tree, path));
  return TreeSender(tree, sink).Run(entry.path, std::string(name));
}

}  // namespace cooper
