#include "backends/layer/sparse_map.h"

#include <fmt/format.h>

#include <array>

namespace cooper {
namespace {

constexpr size_t kExtentBytes = 24;  // of the old format: two fields of 12 bytes

Error Malformed(std::string_view reason) {
  return {DiagnosticKind::kLayerInvalid, fmt::format("sparse file: {}", reason)};
}

Status AddExtent(uint64_t offset, uint64_t length, SparseMap& map) {
  if (map.extents.size() == kMaxSparseExtents) {
    return Error(
        DiagnosticKind::kLimitExceeded,
        fmt::format("a sparse file has more than {} pieces, the limit", kMaxSparseExtents));
  }
  map.extents.push_back({.offset = offset, .length = length});
  return Ok();
}

Status Check(const SparseMap& map) {
  uint64_t end = 0;
  uint64_t sum = 0;
  for (const SparseExtent& extent : map.extents) {
    if (extent.offset < end || extent.offset > map.real_size ||
        extent.length > map.real_size - extent.offset) {
      return Malformed("its pieces overlap or leave the file");
    }
    end = extent.offset + extent.length;
    sum += extent.length;
  }
  if (sum != map.data_bytes) return Malformed("its pieces do not add up to its data");
  return Ok();
}

// `count` extents at the start of `bytes`; unused ones are empty.
Status AddOldExtents(std::string_view bytes, size_t count, SparseMap& map) {
  for (size_t i = 0; i < count; ++i) {
    const std::string_view extent = bytes.substr(i * kExtentBytes, kExtentBytes);
    if (extent[0] == 0) break;
    COOPER_ASSIGN_OR_RETURN(const uint64_t offset,
                            ParseTarNumber(extent.substr(0, 12), "sparse offset"));
    COOPER_ASSIGN_OR_RETURN(const uint64_t length,
                            ParseTarNumber(extent.substr(12), "sparse length"));
    COOPER_RETURN_IF_ERROR(AddExtent(offset, length, map));
  }
  return Ok();
}

// The lines of version 1.0: decimal numbers, filling whole blocks.
class MapLines {
 public:
  explicit MapLines(TarStream& stream) : stream_(stream) {}

  Result<uint64_t> Next() {
    uint64_t value = 0;
    for (int digits = 0;; ++digits) {
      if (at_ == block_.size()) {
        COOPER_ASSIGN_OR_RETURN(const size_t size, stream_.ReadFull(block_));
        if (size < block_.size()) return Malformed("its map is cut off");
        bytes_ += size;
        at_ = 0;
      }
      const char byte = block_[at_++];
      if (byte == '\n' && digits > 0) return value;
      if (byte < '0' || byte > '9' || digits == 18) return Malformed("its map is malformed");
      value = value * 10 + static_cast<uint64_t>(byte - '0');
    }
  }

  uint64_t bytes() const { return bytes_; }

 private:
  TarStream& stream_;
  std::array<char, kTarBlock> block_{};
  size_t at_ = kTarBlock;
  uint64_t bytes_ = 0;
};

}  // namespace

Result<SparseMap> ReadOldSparseMap(TarBlock header, uint64_t size_bytes, TarStream& stream) {
  SparseMap map;
  map.data_bytes = size_bytes;
  const std::string_view bytes(header.data(), header.size());
  COOPER_ASSIGN_OR_RETURN(map.real_size, ParseTarNumber(bytes.substr(483, 12), "real size"));
  COOPER_RETURN_IF_ERROR(AddOldExtents(bytes.substr(386), 4, map));
  bool more = bytes[482] != 0;
  while (more) {
    std::array<char, kTarBlock> block;
    COOPER_ASSIGN_OR_RETURN(const size_t size, stream.ReadFull(block));
    if (size < block.size()) return Malformed("its map is cut off");
    COOPER_RETURN_IF_ERROR(AddOldExtents(std::string_view(block.data(), size), 21, map));
    more = block[504] != 0;
  }
  COOPER_RETURN_IF_ERROR(Check(map));
  return map;
}

Result<SparseMap> ReadPaxSparseMap(const PaxSparse& sparse, uint64_t size_bytes,
                                   TarStream& stream) {
  SparseMap map;
  map.data_bytes = size_bytes;
  if (!sparse.real_size) return Malformed("its size is not stated");
  map.real_size = *sparse.real_size;
  if (sparse.has_map) {
    if (sparse.map.size() % 2 != 0) return Malformed("its map is malformed");
    for (size_t i = 0; i < sparse.map.size(); i += 2) {
      COOPER_RETURN_IF_ERROR(AddExtent(sparse.map[i], sparse.map[i + 1], map));
    }
  } else {
    if (sparse.major != 1) return Malformed("its format is not known");
    MapLines lines(stream);
    COOPER_ASSIGN_OR_RETURN(const uint64_t count, lines.Next());
    for (uint64_t i = 0; i < count; ++i) {
      if (lines.bytes() > size_bytes) break;
      COOPER_ASSIGN_OR_RETURN(const uint64_t offset, lines.Next());
      COOPER_ASSIGN_OR_RETURN(const uint64_t length, lines.Next());
      COOPER_RETURN_IF_ERROR(AddExtent(offset, length, map));
    }
    if (lines.bytes() > size_bytes) return Malformed("its map is longer than its data");
    map.data_bytes -= lines.bytes();
  }
  COOPER_RETURN_IF_ERROR(Check(map));
  return map;
}

}  // namespace cooper
