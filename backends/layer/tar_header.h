// The header blocks of tar entries: ustar, with pax records where ustar cannot
// say it (POSIX.1-2017, pax, "pax Interchange Format").
//
// Pure functions; the same entry always gives the same bytes.

#ifndef COOPER_BACKENDS_LAYER_TAR_HEADER_H_
#define COOPER_BACKENDS_LAYER_TAR_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/result.h"

namespace cooper {

inline constexpr size_t kTarBlock = 512;

// A name beginning with this marks a deletion (OCI image-spec, layer.md, "Whiteouts").
inline constexpr std::string_view kWhiteoutPrefix = ".wh.";
// Hides everything that lower layers have in its directory.
inline constexpr std::string_view kOpaqueMark = ".wh..wh..opq";
// What is left of the prefix `.wh..wh.` names aufs's own files, which are no content.
inline constexpr std::string_view kAufsPrefix = ".wh..wh.";

// Bytes that fill content of this size up to whole blocks.
constexpr size_t TarPadding(uint64_t size_bytes) {
  return static_cast<size_t>((kTarBlock - size_bytes % kTarBlock) % kTarBlock);
}

// Appends the header of `entry` to `out`: directories with a trailing slash, the
// root as `./`, whiteouts as `.wh.` files without metadata, and after an opaque
// directory its mark. Owner names stay empty. Nanoseconds of the mtime are kept,
// in a pax record, so that a tree survives the way through a layer unchanged.
//
// kUnsupported when a layer cannot hold the entry: a real file whose name begins
// with `.wh.`, an xattr name with `=`, device numbers above 21 bits.
Status AppendTarHeader(const TreeEntry& entry, std::string& out);

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_TAR_HEADER_H_
