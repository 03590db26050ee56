#include <fmt/chrono.h>
#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "backends/execute/executor.h"

namespace cooper {
namespace {

// RFC 3339 in UTC, as the config's `created` wants it.
std::string Timestamp(const FileTime& time) {
  std::string text = fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(time.seconds));
  if (time.nanoseconds != 0) text += fmt::format(".{:09}", time.nanoseconds);
  return text + "Z";
}

// The OCI media type of the same bytes, so that one manifest has one family of types.
std::string OciLayerType(const std::string& type) {
  switch (LayerCompression(type).value_or(Compression::kNone)) {
    case Compression::kNone:
      return std::string(media_type::kOciLayer);
    case Compression::kGzip:
      return std::string(media_type::kOciLayerGzip);
    case Compression::kZstd:
      return std::string(media_type::kOciLayerZstd);
  }
  return type;
}

size_t CountLayers(const std::vector<HistoryEntry>& history) {
  size_t count = 0;
  for (const HistoryEntry& entry : history) count += entry.empty_layer ? 0 : 1;
  return count;
}

// The base's part: its layers and history, one history entry per layer even for
// images that were made without (the number of both must agree).
void AddBase(const ImageDescription& base, ImageConfig& config, std::vector<Descriptor>& layers) {
  config.diff_ids = base.config.diff_ids;
  config.history = base.config.history;
  for (size_t missing = CountLayers(config.history); missing < base.config.diff_ids.size();
       ++missing) {
    config.history.push_back({.created = base.config.created,
                              .created_by = "layer of the base image",
                              .author = {},
                              .comment = {},
                              .empty_layer = false});
  }
  for (const Descriptor& layer : base.manifest.layers) {
    layers.push_back({.media_type = OciLayerType(layer.media_type),
                      .digest = layer.digest,
                      .size_bytes = layer.size_bytes,
                      .annotations = {},
                      .platform = {}});
  }
}

}  // namespace

Result<BuiltImage> AssembleImage(LayerCatalog& catalog, size_t target_number,
                                 const ExecutorOptions& options) {
  const BuildGraph& graph = catalog.plan().graph;
  const Target& target = graph.targets()[target_number];
  const TargetLayers& spec = catalog.plan().targets[target_number];

  ImageConfig config;
  config.created = Timestamp(options.now);
  config.author = target.author;
  config.platform = target.platform;
  config.config = target.config;
  std::vector<Descriptor> layers;
  if (spec.base) {
    COOPER_ASSIGN_OR_RETURN(const ImageDescription base, catalog.Image(*spec.base));
    AddBase(base, config, layers);
  }

  std::set<VertexId> told;
  for (const TargetHistory& entry : target.history) {
    if (entry.layer) told.insert(*entry.layer);
    config.history.push_back({.created = config.created,
                              .created_by = entry.created_by,
                              .author = {},
                              .comment = entry.comment,
                              .empty_layer = !entry.layer.has_value()});
  }
  for (const LayerSpec& layer : spec.layers) {
    const Digest id = catalog.LayerIdOf(layer.vertex);
    COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, catalog.store().FindLayer(id));
    if (!record || !record->blob || !record->diff_id) {
      return Error(DiagnosticKind::kStore,
                   fmt::format("the store has lost the layer of %{}; build once more",
                               graph.vertex(layer.vertex).name));
    }
    config.diff_ids.push_back(*record->diff_id);
    layers.push_back(*record->blob);
    if (!told.contains(layer.vertex)) {
      config.history.push_back({.created = config.created,
                                .created_by = std::string(OpName(graph.vertex(layer.vertex).op)),
                                .author = {},
                                .comment = {},
                                .empty_layer = false});
    }
  }
  return MakeImage(std::move(config), std::move(layers));
}

}  // namespace cooper
