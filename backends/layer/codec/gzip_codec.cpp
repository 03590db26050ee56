#include <fmt/format.h>
#include <libdeflate.h>

#include "backends/layer/codec/piece_codec.h"

namespace cooper {
namespace {

constexpr int kDefaultLevel = 2;
constexpr int kMaxLevel = 12;

class GzipCodec final : public PieceCodec {
 public:
  GzipCodec(libdeflate_compressor* compressor, int level)
      : compressor_(compressor), level_(level) {}
  ~GzipCodec() override { libdeflate_free_compressor(compressor_); }
  GzipCodec(const GzipCodec&) = delete;
  GzipCodec& operator=(const GzipCodec&) = delete;

  std::string Name() const override {
    return fmt::format("gzip libdeflate {} level {}", LIBDEFLATE_VERSION_STRING, level_);
  }

  size_t Bound(size_t piece_bytes) const override {
    return libdeflate_gzip_compress_bound(compressor_, piece_bytes);
  }

  Result<size_t> Compress(std::string_view piece, std::span<char> out) override {
    const size_t size =
        libdeflate_gzip_compress(compressor_, piece.data(), piece.size(), out.data(), out.size());
    if (size == 0) return Error(DiagnosticKind::kInternal, "gzip: output buffer too small");
    return size;
  }

 private:
  libdeflate_compressor* compressor_;
  const int level_;
};

}  // namespace

Result<std::unique_ptr<PieceCodec>> MakeGzipCodec(int level) {
  if (level == 0) level = kDefaultLevel;
  if (level < 1 || level > kMaxLevel) {
    return Error(DiagnosticKind::kUsage,
                 fmt::format("gzip has no level {}; use 1 to {}", level, kMaxLevel));
  }
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(level);
  if (compressor == nullptr) return Error(DiagnosticKind::kStore, "gzip: out of memory");
  return std::unique_ptr<PieceCodec>(new GzipCodec(compressor, level));
}

}  // namespace cooper
