#include "backends/execute/layers/layer_catalog.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "backends/execute/layers/layer_entries.h"
#include "backends/filesystem/diff/send_layer.h"
#include "backends/filesystem/tree/stoppable_sink.h"
#include "backends/filesystem/write/directory_writer.h"
#include "backends/source/http_source.h"

namespace cooper {
namespace {

Error Lost(const Digest& id) {
  return Error(DiagnosticKind::kStore, "the store has neither files nor blob of layer " +
                                           id.ToString() + "; build once more");
}

}  // namespace

std::vector<Digest> ChainIds(const std::vector<Digest>& diff_ids) {
  std::vector<Digest> chain;
  for (const Digest& diff_id : diff_ids) {
    chain.push_back(chain.empty() ? diff_id
                                  : Digest::Of(chain.back().ToString() + " " + diff_id.ToString()));
  }
  return chain;
}

LayerCatalog::LayerCatalog(const BuildPlan& plan, Store& store, ImageSource& images,
                           ContextSource& contexts, std::map<VertexId, Digest> layer_ids,
                           SnapshotForm form, std::stop_token stop)
    : plan_(plan),
      store_(store),
      images_(images),
      contexts_(contexts),
      form_(form),
      stop_(std::move(stop)),
      contents_(store),
      layer_ids_(std::move(layer_ids)) {}

DirectoryWriterOptions LayerCatalog::WriterOptions(const FileTree* lower) const {
  DirectoryWriterOptions options;
  options.lower = lower;
  options.user_xattrs = form_ != SnapshotForm::kTrusted;
  options.one_id = one_id();
  return options;
}

Digest LayerCatalog::LayerIdOf(VertexId vertex) const {
  const auto found = layer_ids_.find(vertex);
  assert(found != layer_ids_.end());
  return found->second;
}

Status LayerCatalog::Record(const Step& step, const LayerRecord& record) {
  const Digest id = LayerIdOf(step.vertex);
  COOPER_RETURN_IF_ERROR(store_.PutLayer(id, record));
  if (!step.key) return Ok();
  return store_.PutResult(*step.key, id);
}

std::mutex& LayerCatalog::LockOf(const Digest& id) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<std::mutex>& entry = locks_[id];
  if (entry == nullptr) entry = std::make_unique<std::mutex>();
  return *entry;
}

Result<ImageDescription> LayerCatalog::Image(VertexId vertex) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = descriptions_.find(vertex); found != descriptions_.end()) {
      return found->second;
    }
  }
  COOPER_ASSIGN_OR_RETURN(ImageDescription description,
                          images_.DescribePinned(plan_.graph.vertex(vertex).op));
  // What is known of the layers, so that each can be found by its chain id.
  const std::vector<Digest> ids = ChainIds(description.config.diff_ids);
  for (size_t i = 0; i < ids.size(); ++i) {
    LayerRecord record;
    record.diff_id = description.config.diff_ids[i];
    if (store_.HasBlob(description.manifest.layers[i].digest)) {
      record.blob = description.manifest.layers[i];
    }
    COOPER_RETURN_IF_ERROR(store_.PutLayer(ids[i], record));
  }
  const std::lock_guard lock(mutex_);
  return descriptions_.emplace(vertex, std::move(description)).first->second;
}

Result<std::vector<Digest>> LayerCatalog::Chain(VertexId vertex) {
  // Own layers from the top down to the source, then turned around.
  std::vector<Digest> own;
  VertexId current = vertex;
  while (!IsSource(plan_.graph.vertex(current).op)) {
    own.push_back(LayerIdOf(current));
    current = plan_.graph.vertex(current).inputs[0].vertex;
  }
  std::vector<Digest> chain;
  const Op& source = plan_.graph.vertex(current).op;
  if (std::holds_alternative<SourceImageOp>(source) ||
      std::holds_alternative<SourceLayoutOp>(source)) {
    COOPER_ASSIGN_OR_RETURN(const ImageDescription image, Image(current));
    chain = ChainIds(image.config.diff_ids);
  } else if (!std::holds_alternative<SourceScratchOp>(source)) {
    return Error(DiagnosticKind::kUnsupported,
                 "`" + std::string(OpName(source)) + "` cannot be the base of a file system yet");
  }
  chain.insert(chain.end(), own.rbegin(), own.rend());
  return chain;
}

Result<FileTree> LayerCatalog::Tree(VertexId vertex) {
  if (const auto* context = std::get_if<SourceContextOp>(&plan_.graph.vertex(vertex).op)) {
    return contexts_.Open(*context);
  }
  if (const auto* file = std::get_if<SourceHttpOp>(&plan_.graph.vertex(vertex).op)) {
    return OpenHttpTree(*file, store_);
  }
  COOPER_ASSIGN_OR_RETURN(const std::vector<Digest> chain, Chain(vertex));
  return TreeOf(chain);
}

Result<FileTree> LayerCatalog::TreeOf(const std::vector<Digest>& chain) {
  FileTree tree;
  for (const Digest& id : chain) {
    COOPER_ASSIGN_OR_RETURN(TreeLayer layer, Layer(id, tree));
    tree.Push(std::move(layer));
  }
  return tree;
}

Result<std::shared_ptr<const LayerIndex>> LayerCatalog::Index(const Digest& id,
                                                              const FileTree& lower) {
  const std::lock_guard layer_lock(LockOf(id));
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = indexes_.find(id); found != indexes_.end()) return found->second;
  }
  COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(id));
  if (!record) return Lost(id);
  std::shared_ptr<const LayerIndex> index;
  if (record->index) {
    COOPER_ASSIGN_OR_RETURN(LayerIndex loaded, store_.LoadIndex(*record->index));
    index = std::make_shared<const LayerIndex>(std::move(loaded));
  } else {
    IndexRecorder recorder(nullptr);
    COOPER_RETURN_IF_ERROR(ReadLayerBlob(id, *record, lower, recorder));
    index = std::make_shared<const LayerIndex>(recorder.Take());
    LayerRecord learned;
    COOPER_ASSIGN_OR_RETURN(learned.index, store_.SaveIndex(*index));
    COOPER_RETURN_IF_ERROR(store_.PutLayer(id, learned));
  }
  const std::lock_guard lock(mutex_);
  return indexes_.emplace(id, std::move(index)).first->second;
}

Result<std::vector<std::string>> LayerCatalog::Snapshots(VertexId vertex) {
  COOPER_ASSIGN_OR_RETURN(const std::vector<Digest> chain, Chain(vertex));
  FileTree lower;
  std::vector<std::string> paths;
  for (const Digest& id : chain) {
    {
      const std::lock_guard lock(LockOf(id));
      COOPER_RETURN_IF_ERROR(Unpack(id, lower));
    }
    COOPER_ASSIGN_OR_RETURN(TreeLayer layer, Layer(id, lower));
    lower.Push(std::move(layer));
    paths.push_back(store_.SnapshotPath(id));
  }
  std::reverse(paths.begin(), paths.end());
  return paths;
}

Status LayerCatalog::Unpack(const Digest& id, const FileTree& lower) {
  COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(id));
  if (!record) return Lost(id);
  if (record->snapshot) return Ok();
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<SnapshotWriter> snapshot, store_.NewSnapshot(id));
  DirectoryWriter files(snapshot->root_fd(), WriterOptions(&lower));
  IndexRecorder recorder(&files);
  COOPER_RETURN_IF_ERROR(ReadLayerBlob(id, *record, lower, recorder));
  COOPER_RETURN_IF_ERROR(files.Finish());
  COOPER_RETURN_IF_ERROR(snapshot->Commit());
  LayerRecord learned;
  learned.snapshot = true;
  COOPER_ASSIGN_OR_RETURN(learned.index, store_.SaveIndex(recorder.Take()));
  return store_.PutLayer(id, learned);
}

Result<TreeLayer> LayerCatalog::Layer(const Digest& id, const FileTree& lower) {
  COOPER_ASSIGN_OR_RETURN(std::shared_ptr<const LayerIndex> index, Index(id, lower));
  return TreeLayer{std::move(index), contents_.Of(id, lower)};
}

Status LayerCatalog::SendEntries(const Digest& id, const FileTree& lower, EntrySink& sink) {
  COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(id));
  if (!record) return Lost(id);
  if (!record->snapshot) return ReadLayerBlob(id, *record, lower, sink);
  COOPER_ASSIGN_OR_RETURN(const std::shared_ptr<const LayerIndex> index, Index(id, lower));
  return SendLayer(*index, *contents_.Of(id, lower), sink);
}

Status LayerCatalog::ReadLayerBlob(const Digest& id, const LayerRecord& record,
                                   const FileTree& lower, EntrySink& sink) {
  if (!record.blob) return Lost(id);
  const std::string name = "layer " + record.blob->digest.ToString();
  auto opened = LayerEntries::Open(store_, *record.blob, lower);
  if (!opened.ok()) return std::move(opened.error().Within(name));
  LayerEntries& layer = **opened;
  StoppableSink stoppable(sink, stop_);
  while (true) {
    Result<std::optional<TreeEntry>> next = layer.Next();
    if (!next.ok()) return std::move(next.error().Within(name));
    if (!*next) break;
    const TreeEntry& entry = **next;
    const bool has_content = entry.type == EntryType::kFile && entry.size_bytes > 0;
    COOPER_RETURN_IF_ERROR(stoppable.Add(entry, has_content ? &layer.content() : nullptr));
  }
  Result<Digest> diff_id = layer.DiffId();
  if (!diff_id.ok()) return std::move(diff_id.error().Within(name));
  if (record.diff_id && *diff_id != *record.diff_id) {
    return Error(DiagnosticKind::kLayerInvalid, name + " unpacks to " + diff_id->ToString() +
                                                    ", but the image config says " +
                                                    record.diff_id->ToString());
  }
  return Ok();
}

}  // namespace cooper
