#include "backends/layer/codec/compressor_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "backends/layer/codec/piece_codec.h"
#include "ir/base/sha256.h"

namespace cooper {
namespace {

// Pages of a buffer are touched as far as it is filled, so the size of the
// largest possible piece costs address space alone.
using Buffer = std::unique_ptr<char[]>;
Buffer NewBuffer(size_t size) { return std::make_unique_for_overwrite<char[]>(size); }

class UncompressedPool final : public CompressorPool {
 public:
  UncompressedPool(size_t piece_bytes, Output output)
      : piece_bytes_(piece_bytes), buffer_(NewBuffer(piece_bytes)), output_(std::move(output)) {}

  std::span<char> buffer() override { return {buffer_.get(), piece_bytes_}; }
  Status Submit(size_t size, const Digest&) override {
    if (size == 0) return Ok();
    return output_(std::string_view(buffer_.get(), size), {});
  }
  Status Drain() override { return Ok(); }

 private:
  size_t piece_bytes_;
  Buffer buffer_;
  Output output_;
};

struct Piece {
  Buffer in;
  size_t in_bytes = 0;
  Digest digest;
  Buffer out;
  Result<size_t> out_bytes = size_t{0};
  WrittenPiece written;  // with a cache
  bool done = false;
};

class ThreadedPool final : public CompressorPool {
 public:
  ThreadedPool(std::vector<std::unique_ptr<PieceCodec>> codecs, size_t piece_bytes,
               PieceCache* cache, Output output)
      : piece_bytes_(piece_bytes),
        out_bytes_(codecs.front()->Bound(piece_bytes)),
        max_pieces_(codecs.size() + 2),
        cache_(cache),
        codec_name_(codecs.front()->Name()),
        output_(std::move(output)),
        current_(NewPiece()) {
    for (auto& codec : codecs) {
      workers_.emplace_back(
          [this, own = std::move(codec)](const std::stop_token& stop) { Work(*own, stop); });
    }
  }

  std::span<char> buffer() override { return {current_->in.get(), piece_bytes_}; }

  Status Submit(size_t size, const Digest& digest) override {
    if (size == 0) return Ok();
    current_->in_bytes = size;
    current_->digest = digest;
    current_->done = false;
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(current_.get());
    }
    wake_worker_.notify_one();
    submitted_.push_back(std::move(current_));
    // One piece is being filled, the others are submitted.
    COOPER_RETURN_IF_ERROR(WriteOut(max_pieces_ - 1));
    if (free_.empty()) {
      current_ = NewPiece();
    } else {
      current_ = std::move(free_.back());
      free_.pop_back();
    }
    return Ok();
  }

  Status Drain() override { return WriteOut(0); }

 private:
  std::unique_ptr<Piece> NewPiece() const {
    auto piece = std::make_unique<Piece>();
    piece->in = NewBuffer(piece_bytes_);
    piece->out = NewBuffer(out_bytes_);
    return piece;
  }

  // Writes finished pieces in order, and waits for more while over `most` are left.
  Status WriteOut(size_t most) {
    while (!submitted_.empty()) {
      Piece& oldest = *submitted_.front();
      {
        std::unique_lock lock(mutex_);
        if (!oldest.done && submitted_.size() <= most) return Ok();
        piece_done_.wait(lock, [&oldest] { return oldest.done; });
      }
      if (!oldest.out_bytes.ok()) return oldest.out_bytes.error();
      COOPER_RETURN_IF_ERROR(
          output_(std::string_view(oldest.out.get(), *oldest.out_bytes), oldest.written));
      free_.push_back(std::move(submitted_.front()));
      submitted_.pop_front();
    }
    return Ok();
  }

  void Work(PieceCodec& codec, const std::stop_token& stop) {
    while (true) {
      Piece* piece = nullptr;
      {
        std::unique_lock lock(mutex_);
        if (!wake_worker_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
        if (stop.stop_requested()) return;
        piece = waiting_.front();
        waiting_.pop_front();
      }
      Result<size_t> size = Compress(codec, *piece);
      {
        const std::lock_guard lock(mutex_);
        piece->out_bytes = std::move(size);
        piece->done = true;
      }
      piece_done_.notify_one();
    }
  }

  // With a cache also says what the piece is.
  Result<size_t> Compress(PieceCodec& codec, Piece& piece) const {
    const std::string_view in(piece.in.get(), piece.in_bytes);
    const std::span<char> out(piece.out.get(), out_bytes_);
    if (cache_ == nullptr) return codec.Compress(in, out);
    WrittenPiece& written = piece.written;
    Sha256 key;
    key.UpdateFramed(codec_name_);
    key.UpdateFramed(std::string_view(reinterpret_cast<const char*>(piece.digest.bytes().data()),
                                      Digest::kBytes));
    written.key = key.Finish();
    if (const std::optional<PieceCache::Found> found = cache_->Find(written.key, out)) {
      written.digest = found->digest;
      written.size_bytes = found->size_bytes;
      return found->size_bytes;
    }
    COOPER_ASSIGN_OR_RETURN(const size_t size, codec.Compress(in, out));
    written.digest = Digest::Of({out.data(), size});
    written.size_bytes = size;
    return size;
  }

  const size_t piece_bytes_;
  const size_t out_bytes_;
  const size_t max_pieces_;
  PieceCache* const cache_;
  const std::string codec_name_;
  Output output_;
  // Of the submitting thread.
  std::unique_ptr<Piece> current_;
  std::deque<std::unique_ptr<Piece>> submitted_;
  std::vector<std::unique_ptr<Piece>> free_;
  // Guarded by mutex_: the queue, and `done` and `out_bytes` of submitted pieces.
  std::mutex mutex_;
  std::condition_variable_any wake_worker_;
  std::condition_variable_any piece_done_;
  std::deque<Piece*> waiting_;
  // Last, so that they are joined before what they use goes.
  std::vector<std::jthread> workers_;
};

}  // namespace

Result<std::unique_ptr<CompressorPool>> CompressorPool::Make(const Settings& settings,
                                                             Output output) {
  if (settings.compression == Compression::kNone) {
    return std::unique_ptr<CompressorPool>(
        new UncompressedPool(settings.piece_bytes, std::move(output)));
  }
  std::vector<std::unique_ptr<PieceCodec>> codecs;
  for (unsigned i = 0; i < settings.threads; ++i) {
    COOPER_ASSIGN_OR_RETURN(codecs.emplace_back(), settings.compression == Compression::kGzip
                                                       ? MakeGzipCodec(settings.level)
                                                       : MakeZstdCodec(settings.level));
  }
  return std::unique_ptr<CompressorPool>(
      new ThreadedPool(std::move(codecs), settings.piece_bytes, settings.cache, std::move(output)));
}

}  // namespace cooper
