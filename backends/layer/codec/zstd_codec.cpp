#include <fmt/format.h>
#include <zstd.h>

#include "backends/layer/codec/piece_codec.h"

namespace cooper {
namespace {

constexpr int kDefaultLevel = 3;
// Levels above need more window memory than readers have to grant.
constexpr int kMaxLevel = 19;

class ZstdCodec final : public PieceCodec {
 public:
  ZstdCodec(ZSTD_CCtx* context, int level) : context_(context), level_(level) {}
  ~ZstdCodec() override { ZSTD_freeCCtx(context_); }
  ZstdCodec(const ZstdCodec&) = delete;
  ZstdCodec& operator=(const ZstdCodec&) = delete;

  std::string Name() const override {
    return fmt::format("zstd {} level {}", ZSTD_versionString(), level_);
  }

  size_t Bound(size_t piece_bytes) const override { return ZSTD_compressBound(piece_bytes); }

  Result<size_t> Compress(std::string_view piece, std::span<char> out) override {
    const size_t size =
        ZSTD_compressCCtx(context_, out.data(), out.size(), piece.data(), piece.size(), level_);
    if (ZSTD_isError(size) != 0) {
      return Error(DiagnosticKind::kInternal, fmt::format("zstd: {}", ZSTD_getErrorName(size)));
    }
    return size;
  }

 private:
  ZSTD_CCtx* context_;
  int level_;
};

}  // namespace

Result<std::unique_ptr<PieceCodec>> MakeZstdCodec(int level) {
  if (level == 0) level = kDefaultLevel;
  if (level < 1 || level > kMaxLevel) {
    return Error(DiagnosticKind::kUsage,
                 fmt::format("zstd has no level {}; use 1 to {}", level, kMaxLevel));
  }
  ZSTD_CCtx* context = ZSTD_createCCtx();
  if (context == nullptr) return Error(DiagnosticKind::kStore, "zstd: out of memory");
  return std::unique_ptr<PieceCodec>(new ZstdCodec(context, level));
}

}  // namespace cooper
