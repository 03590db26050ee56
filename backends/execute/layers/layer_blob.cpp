#include "backends/execute/layers/layer_blob.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cooper {
namespace {

std::string_view LayerMediaType(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return media_type::kOciLayer;
    case Compression::kGzip:
      return media_type::kOciLayerGzip;
    case Compression::kZstd:
      return media_type::kOciLayerZstd;
  }
  return media_type::kOciLayer;
}

class StoredPieces : public PieceCache {
 public:
  explicit StoredPieces(Store& store) : store_(store) {}
  std::optional<Found> Find(const Digest& key, std::span<char> out) override {
    const std::optional<PieceRecord> piece = store_.ReadPiece(key, out);
    if (!piece) return std::nullopt;
    return Found{.size_bytes = static_cast<size_t>(piece->size_bytes), .digest = piece->digest};
  }

 private:
  Store& store_;
};

void KeepPieces(Store& store, const Digest& blob, const std::vector<WrittenPiece>& written) {
  if (written.empty()) return;
  std::vector<PieceRecord> pieces;
  pieces.reserve(written.size());
  for (const WrittenPiece& piece : written) {
    pieces.push_back({.key = piece.key,
                      .digest = piece.digest,
                      .offset = piece.offset,
                      .size_bytes = piece.size_bytes});
  }
  store.PutPieces(blob, pieces);
}

}  // namespace

Status WriteLayerBlob(Store& store, const LayerWriterOptions& options,
                      const std::function<Status(EntrySink& sink)>& send, LayerRecord& record) {
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> blob, store.NewBlob());
  StoredPieces pieces(store);
  LayerWriterOptions with_pieces = options;
  with_pieces.pieces = &pieces;
  LayerWriter layer(with_pieces, [&blob](std::string_view bytes) { return blob->Write(bytes); });
  COOPER_RETURN_IF_ERROR(send(layer));
  COOPER_ASSIGN_OR_RETURN(const WrittenLayer written, layer.Finish());
  COOPER_ASSIGN_OR_RETURN(const Digest digest, blob->Commit(std::nullopt));
  KeepPieces(store, digest, written.pieces);
  record.diff_id = written.diff_id;
  record.blob = Descriptor{.media_type = std::string(LayerMediaType(options.compression)),
                           .digest = digest,
                           .size_bytes = written.size_bytes,
                           .annotations = {},
                           .platform = {}};
  return Ok();
}

}  // namespace cooper
