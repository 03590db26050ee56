#include "backends/layer/layer_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <thread>

#include "backends/layer/codec/compressor_pool.h"
#include "backends/layer/codec/twin_hash.h"
#include "backends/layer/tar_header.h"

namespace cooper {
namespace {

// Files above this are cut at multiples of it from their own start, and share
// their pieces with nothing else.
constexpr size_t kLargeFile = size_t{1} << 20;
// Smaller entries gather until a piece has this much, and then up to an entry
// whose name says so. Choosing cuts by name finds the same cuts again behind a
// file that grew or vanished; a plain limit would move every later one.
constexpr size_t kLeastPiece = size_t{1} << 19;
constexpr uint32_t kEntriesPerCut = 16;
// A buffer has room for a piece about to be cut and one more entry.
constexpr size_t kMostPiece = size_t{2} << 20;
// More gain nothing: one thread reads and hashes for all.
constexpr unsigned kMostThreads = 16;

// FNV-1a. Part of the format: another function means other cuts and other digests.
uint32_t NameHash(std::string_view path) {
  uint32_t hash = 2166136261U;
  for (const char byte : path) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
  return hash ^ hash >> 16;
}

}  // namespace

struct LayerWriter::State {
  State(const LayerWriterOptions& options, ByteOutput out)
      : output(std::move(out)),
        names_pieces(options.pieces != nullptr && options.compression != Compression::kNone) {
    unsigned threads = options.threads;
    if (threads == 0) {
      threads = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
    }
    auto made = CompressorPool::Make(
        {.compression = options.compression,
         .level = options.level,
         .threads = threads,
         .piece_bytes = kMostPiece,
         .cache = options.pieces},
        [this](std::string_view bytes, const WrittenPiece& piece) { return Emit(bytes, piece); });
    if (made.ok()) {
      pool = std::move(made).value();
    } else {
      failure = std::move(made).error();
    }
  }

  Status Emit(std::string_view bytes, const WrittenPiece& piece) {
    if (piece.size_bytes > 0 && written.pieces.size() < kMostPieces) {
      written.pieces.push_back(piece);
      written.pieces.back().offset = written.size_bytes;
    }
    written.size_bytes += bytes.size();
    return output(bytes);
  }

  // Pieces are whole blocks of the tar, so of the hash too.
  Status EndPiece() {
    const std::string_view piece(pool->buffer().data(), used);
    Digest digest;
    if (names_pieces) {
      digest = tar_hash.UpdateWithPiece(piece);
    } else {
      tar_hash.Update(piece);
    }
    written.tar_bytes += used;
    used = 0;
    return pool->Submit(piece.size(), digest);
  }

  Status Append(std::string_view bytes) {
    while (!bytes.empty()) {
      if (used == kMostPiece) COOPER_RETURN_IF_ERROR(EndPiece());
      const size_t part = std::min(bytes.size(), kMostPiece - used);
      std::memcpy(pool->buffer().data() + used, bytes.data(), part);
      used += part;
      bytes.remove_prefix(part);
    }
    return Ok();
  }

  Status AppendZeros(size_t count) {
    static constexpr char kZeros[2 * kTarBlock] = {};
    return Append(std::string_view(kZeros, count));
  }

  // Reads straight into the piece that goes to the compressor.
  Status AppendContent(const TreeEntry& entry, ContentReader& content) {
    const bool large = entry.size_bytes > kLargeFile;
    const size_t limit = large ? kLargeFile : kMostPiece;
    uint64_t left = entry.size_bytes;
    while (left > 0) {
      if (used == limit) COOPER_RETURN_IF_ERROR(EndPiece());
      const auto part = static_cast<size_t>(std::min<uint64_t>(left, limit - used));
      COOPER_ASSIGN_OR_RETURN(const size_t size, content.Read(pool->buffer().subspan(used, part)));
      if (size == 0) {
        return Error(DiagnosticKind::kContext,
                     fmt::format("`{}` ended after {} of {} bytes; it changed while it was read",
                                 entry.path, entry.size_bytes - left, entry.size_bytes));
      }
      used += size;
      left -= size;
    }
    return AppendZeros(TarPadding(entry.size_bytes));
  }

  bool CutBefore(std::string_view path, uint64_t entry_bytes) const {
    if (used == 0) return false;
    if (used + entry_bytes > kMostPiece) return true;
    return used >= kLeastPiece && NameHash(path) % kEntriesPerCut == 0;
  }

  Status Add(const TreeEntry& entry, ContentReader* content) {
    const uint64_t size = entry.type == EntryType::kFile ? entry.size_bytes : 0;
    if (size > 0 && content == nullptr) {
      return Error(DiagnosticKind::kInternal, fmt::format("`{}` has no content", entry.path));
    }
    header.clear();
    COOPER_RETURN_IF_ERROR(AppendTarHeader(entry, header));
    const bool large = size > kLargeFile;
    if (CutBefore(entry.path, header.size() + (large ? 0 : size + TarPadding(size)))) {
      COOPER_RETURN_IF_ERROR(EndPiece());
    }
    COOPER_RETURN_IF_ERROR(Append(header));
    if (size == 0) return Ok();
    if (large) COOPER_RETURN_IF_ERROR(EndPiece());
    COOPER_RETURN_IF_ERROR(AppendContent(entry, *content));
    return large ? EndPiece() : Ok();
  }

  ByteOutput output;
  std::optional<Error> failure;  // of an earlier call; nothing more can be right
  TwinHash tar_hash;
  const bool names_pieces;
  WrittenLayer written;
  std::string header;
  size_t used = 0;  // bytes of the pool's buffer
  std::unique_ptr<CompressorPool> pool;
};

LayerWriter::LayerWriter(LayerWriterOptions options, ByteOutput output)
    : state_(std::make_unique<State>(options, std::move(output))) {}

LayerWriter::~LayerWriter() = default;

Status LayerWriter::Add(const TreeEntry& entry, ContentReader* content) {
  if (state_->failure) return *state_->failure;
  Status status = state_->Add(entry, content);
  if (!status.ok()) state_->failure = status.error();
  return status;
}

Result<WrittenLayer> LayerWriter::Finish() {
  State& state = *state_;
  if (state.failure) return *state.failure;
  COOPER_RETURN_IF_ERROR(state.AppendZeros(2 * kTarBlock));
  COOPER_RETURN_IF_ERROR(state.EndPiece());
  COOPER_RETURN_IF_ERROR(state.pool->Drain());
  state.written.diff_id = state.tar_hash.Finish();
  return std::move(state.written);
}

}  // namespace cooper
