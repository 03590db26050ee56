// Where a sparse file of a tar has data; everything else reads as zeros.

#ifndef COOPER_BACKENDS_LAYER_SPARSE_MAP_H_
#define COOPER_BACKENDS_LAYER_SPARSE_MAP_H_

#include <cstdint>
#include <vector>

#include "backends/filesystem/tree/content.h"
#include "backends/layer/pax_records.h"
#include "backends/layer/tar_fields.h"
#include "backends/layer/tar_stream.h"
#include "ir/base/result.h"

namespace cooper {

struct SparseExtent {
  uint64_t offset = 0;
  uint64_t length = 0;
};

struct SparseMap {
  std::vector<SparseExtent> extents;
  uint64_t real_size = 0;   // of the file
  uint64_t data_bytes = 0;  // in the tar, behind the map
};

// More extents than this in one file are kLimitExceeded.
inline constexpr size_t kMaxSparseExtents = size_t{1} << 20;

// GNU tar's type `S`: the map begins in `header` and goes on in the blocks behind it.
// Extents that overlap, leave the file or do not add up to the data are kLayerInvalid.
Result<SparseMap> ReadOldSparseMap(TarBlock header, uint64_t size_bytes, TarStream& stream);

// GNU.sparse.* records, versions 0.0, 0.1 and 1.0 (which has the map in front of
// the data, so that `size_bytes` counts it).
Result<SparseMap> ReadPaxSparseMap(const PaxSparse& sparse, uint64_t size_bytes, TarStream& stream);

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_SPARSE_MAP_H_
