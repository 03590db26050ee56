#include <fmt/format.h>
#include <zstd.h>

#include <vector>

#include "backends/layer/codec/decoder.h"

namespace cooper {
namespace {

constexpr int kMaxWindowLog = 27;  // zstd's own default, 128 MiB

class ZstdDecoder final : public ContentReader {
 public:
  ZstdDecoder(std::unique_ptr<ContentReader> source, ZSTD_DCtx* context)
      : source_(std::move(source)), context_(context), buffer_(ZSTD_DStreamInSize()) {}
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  Result<size_t> Read(std::span<char> buffer) override {
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    while (out.pos == 0 && out.size > 0) {
      // A full output buffer may have left decoded bytes inside the context,
      // which come out without further input.
      if (input_.pos == input_.size && !pending_) {
        COOPER_ASSIGN_OR_RETURN(const size_t size, source_->Read(buffer_));
        if (size == 0) {
          if (frame_ended_) return size_t{0};
          return Error(DiagnosticKind::kLayerInvalid, "zstd: the stream is cut off");
        }
        input_ = {buffer_.data(), size, 0};
      }
      const size_t hint = ZSTD_decompressStream(context_, &out, &input_);
      if (ZSTD_isError(hint) != 0) {
        return Error(DiagnosticKind::kLayerInvalid,
                     fmt::format("zstd: {}", ZSTD_getErrorName(hint)));
      }
      frame_ended_ = hint == 0;
      pending_ = out.pos == out.size && !frame_ended_;
    }
    return out.pos;
  }

 private:
  std::unique_ptr<ContentReader> source_;
  ZSTD_DCtx* context_;
  std::vector<char> buffer_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  bool frame_ended_ = false;
  bool pending_ = false;
};

}  // namespace

Result<std::unique_ptr<ContentReader>> MakeZstdDecoder(std::unique_ptr<ContentReader> source) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  if (context == nullptr) return Error(DiagnosticKind::kStore, "zstd: out of memory");
  ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, kMaxWindowLog);
  return std::unique_ptr<ContentReader>(new ZstdDecoder(std::move(source), context));
}

}  // namespace cooper
