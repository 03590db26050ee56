// Turns `.wh.` entries of one layer into neutral ones (OCI image-spec, layer.md,
// "Whiteouts"): what they hide is in lower layers alone, wherever they stand in
// the archive, so the order of a layer's entries makes no difference.

#ifndef COOPER_BACKENDS_LAYER_WHITEOUT_DECODER_H_
#define COOPER_BACKENDS_LAYER_WHITEOUT_DECODER_H_

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/result.h"

namespace cooper {

class WhiteoutDecoder {
 public:
  // What `entry` means, or nothing when it means nothing more: aufs's own files,
  // and whiteouts of what this layer replaces. A mark that comes after its
  // directory gives that directory again, now opaque, with the metadata it had;
  // one whose directory the layer does not list gives it mode 0755.
  //
  // kLayerInvalid: `.wh.` alone, `.wh..`, `.wh...`, something below a whiteout, and
  // overlayfs's own whiteout, the character device 0:0.
  Result<std::optional<TreeEntry>> Decode(TreeEntry entry);

 private:
  Result<std::optional<TreeEntry>> DecodeMark(const TreeEntry& mark, std::string_view directory,
                                              std::string_view name);
  std::optional<TreeEntry> Opaque(std::string_view directory, const TreeEntry& mark);
  void Remember(const TreeEntry& entry);

  // Every path that the layer has had, with its parents; directories as last seen.
  std::unordered_map<std::string, std::optional<TreeEntry>> seen_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_WHITEOUT_DECODER_H_
