#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "backends/execute/executor.h"
#include "backends/execute/layers/history_times.h"
#include "backends/execute/layers/rewritten_layer.h"
#include "ir/base/source_date_epoch.h"

namespace cooper {
namespace {

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

// What the image tells last so far.
std::string LastTime(const ImageConfig& config) {
  for (auto entry = config.history.rbegin(); entry != config.history.rend(); ++entry) {
    if (!entry->created.empty()) return entry->created;
  }
  return config.created;
}

// The layers of the target that no base image has, by vertex.
Result<std::map<VertexId, LayerRecord>> OwnLayers(LayerCatalog& catalog, const TargetLayers& spec,
                                                  std::optional<int64_t> epoch,
                                                  const ExecutorOptions& options) {
  std::map<VertexId, LayerRecord> records;
  for (const LayerSpec& layer : spec.layers) {
    const Digest id = catalog.LayerIdOf(layer.vertex);
    COOPER_ASSIGN_OR_RETURN(std::optional<LayerRecord> record, catalog.store().FindLayer(id));
    if (!record || !record->blob || !record->diff_id) {
      return Error(DiagnosticKind::kStore,
                   fmt::format("the store has lost the layer of %{}; build once more",
                               catalog.plan().graph.vertex(layer.vertex).name));
    }
    if (options.rewrite_timestamps) {
      COOPER_ASSIGN_OR_RETURN(
          record, RewriteTimestamps(catalog.store(), id, *record, *epoch, options.layers));
    }
    if (epoch) record->created = FileTime{.seconds = *epoch, .nanoseconds = 0};
    if (!record->created) record->created = options.started;
    records.emplace(layer.vertex, *std::move(record));
  }
  return records;
}

// The target's history, and an entry for each layer that it does not tell of.
std::vector<TargetHistory> WholeHistory(const BuildGraph& graph, const Target& target,
                                        const TargetLayers& spec) {
  std::vector<TargetHistory> history = target.history;
  std::set<VertexId> told;
  for (const TargetHistory& entry : history) {
    if (entry.layer) told.insert(*entry.layer);
  }
  for (const LayerSpec& layer : spec.layers) {
    if (told.contains(layer.vertex)) continue;
    history.push_back({.created_by = std::string(OpName(graph.vertex(layer.vertex).op)),
                       .comment = {},
                       .layer = layer.vertex});
  }
  return history;
}

}  // namespace

Result<BuiltImage> AssembleImage(LayerCatalog& catalog, size_t target_number,
                                 const ExecutorOptions& options) {
  const BuildGraph& graph = catalog.plan().graph;
  const Target& target = graph.targets()[target_number];
  const TargetLayers& spec = catalog.plan().targets[target_number];

  if (target.epoch_of) {
    return Error(DiagnosticKind::kUnsupported,
                 fmt::format("the time of `%{}`, which is to be that of the image, is not known; "
                             "run the pass `pin-sources`",
                             graph.vertex(*target.epoch_of).name));
  }
  const std::optional<int64_t> epoch = target.source_date_epoch;
  if (options.rewrite_timestamps && !epoch) {
    return Error(DiagnosticKind::kUsage,
                 fmt::format("`rewrite-timestamp` needs a time; set `{}`", kSourceDateEpoch));
  }
  COOPER_ASSIGN_OR_RETURN(const auto records, OwnLayers(catalog, spec, epoch, options));

  ImageConfig config;
  config.author = target.author;
  config.platform = target.platform;
  config.config = target.config;
  std::vector<Descriptor> layers;
  if (spec.base) {
    COOPER_ASSIGN_OR_RETURN(const ImageDescription base, catalog.Image(*spec.base));
    AddBase(base, config, layers);
    config.created = base.config.created;
  }
  for (const LayerSpec& layer : spec.layers) {
    const LayerRecord& record = records.find(layer.vertex)->second;
    config.diff_ids.push_back(*record.diff_id);
    layers.push_back(*record.blob);
  }

  const std::vector<TargetHistory> history = WholeHistory(graph, target, spec);
  std::vector<std::optional<FileTime>> times;
  for (const TargetHistory& entry : history) {
    std::optional<FileTime>& time = times.emplace_back();
    if (epoch) {
      time = FileTime{.seconds = *epoch, .nanoseconds = 0};
    } else if (const auto record = records.find(entry.layer.value_or(graph.size()));
               record != records.end()) {
      time = record->second.created;
    }
  }
  const std::vector<std::string> created = HistoryTimes(times, LastTime(config));
  for (size_t i = 0; i < history.size(); ++i) {
    config.history.push_back({.created = created[i],
                              .created_by = history[i].created_by,
                              .author = {},
                              .comment = history[i].comment,
                              .empty_layer = !history[i].layer.has_value()});
  }
  config.created = epoch ? Timestamp({.seconds = *epoch, .nanoseconds = 0}) : LastTime(config);
  return MakeImage(std::move(config), std::move(layers));
}

}  // namespace cooper
