#include "backends/layer/tar_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace cooper {
namespace {

constexpr size_t kBufferBytes = size_t{128} << 10;

}  // namespace

TarStream::TarStream(std::unique_ptr<ContentReader> source, uint64_t max_bytes)
    : source_(std::move(source)),
      left_(max_bytes),
      max_bytes_(max_bytes),
      buffer_(std::make_unique_for_overwrite<char[]>(kBufferBytes)) {}

Status TarStream::Fill() {
  COOPER_ASSIGN_OR_RETURN(const size_t size,
                          source_->Read(std::span<char>(buffer_.get(), kBufferBytes)));
  if (size > left_) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("the archive expands to more than {} bytes, the limit", max_bytes_));
  }
  left_ -= size;
  rest_ = std::string_view(buffer_.get(), size);
  hash_.Update(rest_);
  return Ok();
}

Result<size_t> TarStream::Read(std::span<char> buffer) {
  if (rest_.empty()) COOPER_RETURN_IF_ERROR(Fill());
  const size_t size = std::min(buffer.size(), rest_.size());
  std::memcpy(buffer.data(), rest_.data(), size);
  rest_.remove_prefix(size);
  return size;
}

Result<size_t> TarStream::ReadFull(std::span<char> buffer) {
  size_t done = 0;
  while (done < buffer.size()) {
    COOPER_ASSIGN_OR_RETURN(const size_t size, Read(buffer.subspan(done)));
    if (size == 0) break;
    done += size;
  }
  return done;
}

Status TarStream::Skip(uint64_t count) {
  while (count > 0) {
    if (rest_.empty()) COOPER_RETURN_IF_ERROR(Fill());
    if (rest_.empty()) {
      return Error(DiagnosticKind::kLayerInvalid,
                   fmt::format("the archive is cut off; {} bytes are missing", count));
    }
    const auto part = static_cast<size_t>(std::min<uint64_t>(count, rest_.size()));
    rest_.remove_prefix(part);
    count -= part;
  }
  return Ok();
}

Result<Digest> TarStream::Finish() {
  do {
    COOPER_RETURN_IF_ERROR(Fill());
  } while (!rest_.empty());
  return hash_.Finish();
}

}  // namespace cooper
