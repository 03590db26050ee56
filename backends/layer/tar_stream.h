// The bytes of a tar as its reader consumes them: buffered, counted and hashed.

#ifndef COOPER_BACKENDS_LAYER_TAR_STREAM_H_
#define COOPER_BACKENDS_LAYER_TAR_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "backends/filesystem/tree/content.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/base/sha256.h"

namespace cooper {

class TarStream {
 public:
  // More than `max_bytes` of the source are kLimitExceeded.
  TarStream(std::unique_ptr<ContentReader> source, uint64_t max_bytes);

  // At least one byte unless the source ended.
  Result<size_t> Read(std::span<char> buffer);
  // Fills the buffer as far as the source goes.
  Result<size_t> ReadFull(std::span<char> buffer);
  // kLayerInvalid when the source ends before.
  Status Skip(uint64_t count);

  // Reads what is left and returns the digest of all bytes of the source.
  Result<Digest> Finish();

 private:
  Status Fill();

  std::unique_ptr<ContentReader> source_;
  uint64_t left_;  // of the limit
  uint64_t max_bytes_;
  Sha256 hash_;
  std::unique_ptr<char[]> buffer_;
  std::string_view rest_;  // of the buffer
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_TAR_STREAM_H_
