// The entries of one layer, or of a context, sorted for look-up.

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_LAYER_INDEX_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_LAYER_INDEX_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/result.h"

namespace cooper {

// Immutable once built, so it may be read from several threads.
class LayerIndex {
 public:
  LayerIndex() = default;
  // Sorts; of several entries with one path the last wins.
  explicit LayerIndex(std::vector<TreeEntry> entries);

  const std::vector<TreeEntry>& entries() const { return entries_; }
  // Null when the layer does not speak of `path`.
  const TreeEntry* Find(std::string_view path) const;
  // Whether no entry is below one of the layer's own that hides what lies lower: a file,
  // a whiteout or an opaque directory.
  bool none_below_hiding() const { return none_below_hiding_; }
  // Everything strictly below `directory` ("" for all), in tree order.
  std::span<const TreeEntry> Below(std::string_view directory) const;

  // A compact binary form with a version and a checksum; Parse refuses anything
  // else and never allocates more than a small multiple of its input.
  std::string Serialize() const;
  static Result<LayerIndex> Parse(std::string_view bytes);

 private:
  void LookForHiding();

  std::vector<TreeEntry> entries_;
  bool none_below_hiding_ = true;
};

// Passes entries on to `next` (which may be null) and remembers them.
class IndexRecorder : public EntrySink {
 public:
  explicit IndexRecorder(EntrySink* next) : next_(next) {}
  Status Add(const TreeEntry& entry, ContentReader* content) override;
  LayerIndex Take() { return LayerIndex(std::move(entries_)); }

 private:
  EntrySink* next_;
  std::vector<TreeEntry> entries_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_LAYER_INDEX_H_
