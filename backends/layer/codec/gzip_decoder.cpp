#include <fmt/format.h>
#include <zlib.h>

#include <vector>

#include "backends/layer/codec/decoder.h"

namespace cooper {
namespace {

constexpr size_t kInputBytes = size_t{64} << 10;
constexpr int kGzipWindow = 15 + 16;  // 32 KiB, gzip header and trailer expected

class GzipDecoder final : public ContentReader {
 public:
  explicit GzipDecoder(std::unique_ptr<ContentReader> source)
      : source_(std::move(source)), input_(kInputBytes) {}
  ~GzipDecoder() override {
    if (open_) inflateEnd(&stream_);
  }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  Status Open() {
    open_ = inflateInit2(&stream_, kGzipWindow) == Z_OK;
    return open_ ? Ok() : Status(Error(DiagnosticKind::kStore, "gzip: out of memory"));
  }

  Result<size_t> Read(std::span<char> buffer) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(std::min<size_t>(buffer.size(), size_t{1} << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted && wanted > 0) {
      if (stream_.avail_in == 0) {
        COOPER_ASSIGN_OR_RETURN(const size_t size, source_->Read(input_));
        if (size == 0) {
          if (between_members_ && members_ > 0) return size_t{0};
          return Error(DiagnosticKind::kLayerInvalid, "gzip: the stream is cut off");
        }
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
        stream_.avail_in = static_cast<uInt>(size);
      }
      if (between_members_ && members_ > 0) inflateReset(&stream_);
      between_members_ = false;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        between_members_ = true;
        ++members_;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return Malformed();
      }
    }
    return wanted - stream_.avail_out;
  }

 private:
  Error Malformed() const {
    const char* reason = stream_.msg != nullptr ? stream_.msg : "malformed stream";
    if (members_ > 0 && stream_.total_out == 0) {
      return {DiagnosticKind::kLayerInvalid,
              fmt::format("gzip: bytes that are no gzip member follow member {} ({})", members_,
                          reason)};
    }
    return {DiagnosticKind::kLayerInvalid, fmt::format("gzip: {}", reason)};
  }

  std::unique_ptr<ContentReader> source_;
  std::vector<char> input_;
  z_stream stream_{};
  bool open_ = false;
  bool between_members_ = true;
  uint64_t members_ = 0;  // finished
};

}  // namespace

Result<std::unique_ptr<ContentReader>> MakeGzipDecoder(std::unique_ptr<ContentReader> source) {
  auto decoder = std::make_unique<GzipDecoder>(std::move(source));
  COOPER_RETURN_IF_ERROR(decoder->Open());
  return std::unique_ptr<ContentReader>(std::move(decoder));
}

}  // namespace cooper
