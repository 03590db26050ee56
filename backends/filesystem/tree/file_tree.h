// The merged view of a stack of layers: what a container would see.
//
// Look-ups work on the layers' indexes alone, so no root file system is needed
// on disk; only Open touches content. Whiteouts and opaque directories of upper
// layers hide what is below them (OCI image-spec, layer.md).

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_FILE_TREE_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_FILE_TREE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/layer_index.h"
#include "ir/base/result.h"

namespace cooper {

struct TreeLayer {
  std::shared_ptr<const LayerIndex> index;
  std::shared_ptr<const ContentStore> content;
};

class FileTree {
 public:
  // More symbolic links than this on one path are an error (Linux: ELOOP at 40).
  static constexpr int kMaxLinks = 40;

  FileTree() = default;
  explicit FileTree(std::vector<TreeLayer> layers) : layers_(std::move(layers)) {}

  // Bottom layer first.
  const std::vector<TreeLayer>& layers() const { return layers_; }
  void Push(TreeLayer layer) { layers_.push_back(std::move(layer)); }

  // What is at `path` itself, links not followed and `path` taken as clean.
  // Hard links come back as the file they name, under their own path. A parent
  // directory that no layer lists exists with mode 0755. Null result: nothing.
  std::optional<TreeEntry> Find(std::string_view path) const;

  // The clean path that `path` reaches inside this tree, following symbolic
  // links in every parent, and in the last name when `follow_last`. Parts that
  // do not exist are kept as they are. `..` and absolute links stay inside.
  Result<std::string> Resolve(std::string_view path, bool follow_last) const;

  // The names directly below a directory, sorted; empty if there is none.
  std::vector<std::string> List(std::string_view directory) const;

  // The index entry whose file Find sees at `path`: hard links to one file share
  // it. Null when there is nothing or the directory is listed by no layer. Valid
  // as long as the layers.
  const TreeEntry* FindListed(std::string_view path) const;

  // The bytes of the regular file that Find sees at `path`.
  Result<std::unique_ptr<ContentReader>> Open(std::string_view path) const;
  // The same as one string; kLimitExceeded beyond `max_bytes`.
  Result<std::string> ReadFile(std::string_view path, size_t max_bytes) const;

 private:
  struct Place {
    const TreeEntry* entry = nullptr;  // null: a directory that no layer lists
    const TreeLayer* layer = nullptr;
  };
  // Looks through the lowest `count` layers; hard links are followed.
  std::optional<Place> Locate(std::string_view path, size_t count, int links) const;

  std::vector<TreeLayer> layers_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_FILE_TREE_H_
