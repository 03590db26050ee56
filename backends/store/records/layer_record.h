// What the store has on record.

#ifndef COOPER_BACKENDS_STORE_RECORDS_LAYER_RECORD_H_
#define COOPER_BACKENDS_STORE_RECORDS_LAYER_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/digest.h"
#include "ir/image/descriptor.h"

namespace cooper {

// What is known of one layer. Its id is the chain id for a layer of a base image (OCI
// image-spec, config.md); each execution of a step makes a layer with a new id.
struct LayerRecord {
  std::optional<Digest> diff_id;   // once the tar stream was seen
  std::optional<Descriptor> blob;  // once a blob was written
  std::optional<Digest> index;     // blob that holds the serialized LayerIndex
  bool snapshot = false;           // whether snapshots/<id>/root is there
  // When a build made it; none for layers of base images. An image tells this
  // time in its history, so that building it again from the store changes nothing.
  std::optional<FileTime> created;
};

// What a server said last of a file that may change.
struct DownloadRecord {
  Digest blob;
  std::string etag;    // a strong validator (RFC 9110, 8.8.1): the same bytes as long as it holds
  uint64_t mtime = 0;  // of Last-Modified: seconds since 1970, 0 if it was not told

  friend bool operator==(const DownloadRecord&, const DownloadRecord&) = default;
};

// A piece of a compressed layer: a range of the layer's blob that decompresses by itself.
struct PieceRecord {
  Digest key;     // of the uncompressed bytes and of how they were compressed
  Digest digest;  // of the range
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORDS_LAYER_RECORD_H_
