// Decompressing streams. Each decoder owns its source and turns its errors, or
// malformed input, into the result of Read; memory does not depend on what the
// input claims about itself beyond the stated windows.

#ifndef COOPER_BACKENDS_LAYER_CODEC_DECODER_H_
#define COOPER_BACKENDS_LAYER_CODEC_DECODER_H_

#include <cstdint>
#include <memory>

#include "backends/filesystem/tree/content.h"
#include "ir/base/result.h"

namespace cooper {

// gzip members, joined (RFC 1952, 2.2), until the end of `source`: anything else
// behind a member is kLayerInvalid, and so is an empty source.
Result<std::unique_ptr<ContentReader>> MakeGzipDecoder(std::unique_ptr<ContentReader> source);

// zstd frames (RFC 8878), skippable ones among them, until the end of `source`;
// windows up to 128 MiB, no dictionaries.
Result<std::unique_ptr<ContentReader>> MakeZstdDecoder(std::unique_ptr<ContentReader> source);

enum class ArchiveFilter : uint8_t { kBzip2, kXz };

// What ADD takes besides, through libarchive.
Result<std::unique_ptr<ContentReader>> MakeFilterDecoder(std::unique_ptr<ContentReader> source,
                                                         ArchiveFilter filter);

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_CODEC_DECODER_H_
