#include "backends/execute/layers/rewritten_layer.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "backends/execute/layers/layer_blob.h"
#include "backends/layer/layer_reader.h"
#include "ir/image/media_type.h"

namespace cooper {

Result<LayerRecord> RewriteTimestamps(Store& store, const Digest& id, const LayerRecord& layer,
                                      int64_t latest, const LayerWriterOptions& options) {
  // By content: a layer that was made anew under the same id is another one.
  const Digest rewritten_id = Digest::Of(
      fmt::format("{} {} not later than {}", id.ToString(), layer.blob->digest.ToString(), latest));
  COOPER_ASSIGN_OR_RETURN(std::optional<LayerRecord> known, store.FindLayer(rewritten_id));
  if (known && known->blob && known->diff_id) return *std::move(known);

  COOPER_ASSIGN_OR_RETURN(auto blob, store.OpenBlob(layer.blob->digest));
  const auto compression = LayerCompression(layer.blob->media_type);
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<LayerReader> reader,
                          OpenLayer(std::move(blob), compression.value_or(Compression::kNone)));
  LayerRecord rewritten;
  rewritten.created = FileTime{.seconds = latest, .nanoseconds = 0};
  const auto send = [&](EntrySink& sink) -> Status {
    while (true) {
      COOPER_ASSIGN_OR_RETURN(std::optional<TreeEntry> entry, reader->Next());
      if (!entry) return Ok();
      const bool later = entry->mtime.seconds > latest ||
                         (entry->mtime.seconds == latest && entry->mtime.nanoseconds > 0);
      if (later) entry->mtime = *rewritten.created;
      const bool has_content = entry->type == EntryType::kFile && entry->size_bytes > 0;
      COOPER_RETURN_IF_ERROR(sink.Add(*entry, has_content ? &reader->content() : nullptr));
    }
  };
  COOPER_RETURN_IF_ERROR(WriteLayerBlob(store, options, send, rewritten));
  COOPER_RETURN_IF_ERROR(store.PutLayer(rewritten_id, rewritten));
  // Something leads to it, so it is not taken for a layer that was replaced.
  COOPER_RETURN_IF_ERROR(store.PutResult(rewritten_id, rewritten_id));
  return rewritten;
}

}  // namespace cooper
