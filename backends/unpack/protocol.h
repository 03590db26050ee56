// What the two sides of unpacking tell each other. Both are the same program, so
// structures are sent as they are in memory.

#ifndef COOPER_BACKENDS_UNPACK_PROTOCOL_H_
#define COOPER_BACKENDS_UNPACK_PROTOCOL_H_

#include <array>
#include <cstdint>

#include "backends/unpack/unpack_process.h"
#include "ir/base/diagnostic_kind.h"
#include "ir/base/digest.h"

namespace cooper::unpack {

// The child's descriptors, besides 0 to 2, which are /dev/null.
inline constexpr int kRequestsFd = 3;
inline constexpr int kRepliesFd = 4;

// Exit statuses of the child that say more than its replies could.
inline constexpr int kExitOutOfMemory = 80;
inline constexpr int kExitBadRequest = 81;

enum class RequestKind : uint32_t {
  kOptions,  // first
  kLower,    // with the descriptors of an index and, unless the form is kIndex, a directory
  kLayer,    // the same with a blob
  kStart,    // last
};

struct Request {
  RequestKind kind = RequestKind::kStart;
  Compression compression = Compression::kNone;
  UnpackOptions options = {};
};

// For each layer one reply, until one is an error.
struct Reply {
  // Of `size_bytes`, behind this: a serialized index, or an error's message.
  uint32_t failed = 0;
  DiagnosticKind kind = DiagnosticKind::kInternal;
  uint64_t size_bytes = 0;
  std::array<uint8_t, Digest::kBytes> diff_id = {};
};

// Of an index; far above what the limits on a layer's entries make likely.
inline constexpr uint64_t kMaxIndexBytes = uint64_t{1} << 30;
inline constexpr uint64_t kMaxMessageBytes = uint64_t{64} << 10;

}  // namespace cooper::unpack

#endif  // COOPER_BACKENDS_UNPACK_PROTOCOL_H_
