#include "backends/execute/layers/layer_catalog.h"

#include <fcntl.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

#include "backends/execute/layers/open_layer_blob.h"
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

// Of a layer that has a blob.
std::string NameOf(const LayerRecord& record) { return "layer " + record.blob->digest.ToString(); }

Status CheckDiffId(const LayerRecord& record, const Digest& diff_id) {
  if (!record.diff_id || diff_id == *record.diff_id) return Ok();
  return Error(DiagnosticKind::kLayerInvalid, NameOf(record) + " unpacks to " + diff_id.ToString() +
                                                  ", but the image config says " +
                                                  record.diff_id->ToString());
}

UnpackForm FormOf(SnapshotForm form) {
  switch (form) {
    case SnapshotForm::kUser:
      return UnpackForm::kUserXattrs;
    case SnapshotForm::kSingle:
      return UnpackForm::kOneId;
    case SnapshotForm::kTrusted:
      break;
  }
  return UnpackForm::kTrusted;
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
                           SnapshotForm form, Unpacker unpacker, std::stop_token stop)
    : plan_(plan),
      store_(store),
      images_(images),
      contexts_(contexts),
      form_(form),
      unpacker_(std::move(unpacker)),
      stop_(std::move(stop)),
      contents_(store, unpacker_.options.limits),
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
  COOPER_RETURN_IF_ERROR(LearnIndexes(chain));
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
  COOPER_RETURN_IF_ERROR(Unpack(chain));
  std::vector<std::string> paths;
  for (const Digest& id : chain) paths.push_back(store_.SnapshotPath(id));
  std::reverse(paths.begin(), paths.end());
  return paths;
}

Status LayerCatalog::Unpack(const std::vector<Digest>& chain) {
  bool complete = true;
  for (size_t i = 0; i < chain.size(); ++i) {
    COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(chain[i]));
    if (!record) return Lost(chain[i]);
    complete = complete && record->snapshot;
    if (!record->snapshot || record->index) continue;
    // An index that was lost is made anew from the blob.
    COOPER_ASSIGN_OR_RETURN(const FileTree tree, TreeOf({chain.begin(), chain.begin() + i + 1}));
  }
  if (complete) return Ok();
  const auto locks = LockAll(chain);
  return UnpackLocked(chain);
}

// A layer's id says what is below it, so everybody takes these in one order.
std::vector<std::unique_lock<std::mutex>> LayerCatalog::LockAll(const std::vector<Digest>& chain) {
  std::vector<std::unique_lock<std::mutex>> locks;
  for (const Digest& id : chain) locks.emplace_back(LockOf(id));
  return locks;
}

Status LayerCatalog::LearnIndexes(const std::vector<Digest>& chain) {
  if (unpacker_.program.empty()) return Ok();
  bool complete = true;
  for (const Digest& id : chain) {
    {
      const std::lock_guard lock(mutex_);
      if (indexes_.contains(id)) continue;
    }
    COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(id));
    if (!record) return Lost(id);
    complete = complete && record->index;
  }
  if (complete) return Ok();
  const auto locks = LockAll(chain);
  return LearnIndexesLocked(chain);
}

Status LayerCatalog::LearnIndexesLocked(const std::vector<Digest>& chain) {
  COOPER_ASSIGN_OR_RETURN(
      UnpackProcess process,
      UnpackProcess::Start(unpacker_.program, unpacker_.OptionsFor(UnpackForm::kIndex)));
  std::vector<PendingLayer> pending;
  for (const Digest& id : chain) {
    COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(id));
    if (!record || !(record->index || record->blob)) return Lost(id);
    if (record->index) {
      COOPER_ASSIGN_OR_RETURN(const ScopedFd index, store_.OpenBlobFile(*record->index));
      COOPER_RETURN_IF_ERROR(process.AddLower(index.get(), -1));
      continue;
    }
    COOPER_ASSIGN_OR_RETURN(const Compression compression, CompressionOf(*record->blob));
    COOPER_ASSIGN_OR_RETURN(const ScopedFd blob, store_.OpenBlobFile(record->blob->digest));
    COOPER_RETURN_IF_ERROR(process.AddLayer(blob.get(), compression, -1));
    pending.push_back({id, *record, nullptr});
  }
  for (PendingLayer& layer : pending) COOPER_RETURN_IF_ERROR(KeepNext(process, layer));
  return Ok();
}

Status LayerCatalog::UnpackLocked(const std::vector<Digest>& chain) {
  if (unpacker_.program.empty()) {
    return Error(DiagnosticKind::kInternal, "a layer is to be unpacked where nothing unpacks");
  }
  COOPER_ASSIGN_OR_RETURN(
      UnpackProcess process,
      UnpackProcess::Start(unpacker_.program, unpacker_.OptionsFor(FormOf(form_))));
  std::vector<PendingLayer> pending;
  for (const Digest& id : chain) {
    COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(id));
    if (!record) return Lost(id);
    COOPER_RETURN_IF_ERROR(TellOfLayer(id, *record, process, pending));
  }
  for (PendingLayer& layer : pending) COOPER_RETURN_IF_ERROR(KeepNext(process, layer));
  return Ok();
}

Status LayerCatalog::TellOfLayer(const Digest& id, const LayerRecord& record,
                                 UnpackProcess& process, std::vector<PendingLayer>& pending) {
  if (record.snapshot) {
    if (!record.index) return Lost(id);
    COOPER_ASSIGN_OR_RETURN(const ScopedFd index, store_.OpenBlobFile(*record.index));
    const std::string path = store_.SnapshotPath(id);
    const ScopedFd directory(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory.ok()) {
      return ErrnoError(DiagnosticKind::kStore, "cannot open the snapshot `" + path + "`", errno);
    }
    return process.AddLower(index.get(), directory.get());
  }
  if (!record.blob) return Lost(id);
  COOPER_ASSIGN_OR_RETURN(const Compression compression, CompressionOf(*record.blob));
  COOPER_ASSIGN_OR_RETURN(const ScopedFd blob, store_.OpenBlobFile(record.blob->digest));
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<SnapshotWriter> writer, store_.NewSnapshot(id));
  COOPER_RETURN_IF_ERROR(process.AddLayer(blob.get(), compression, writer->root_fd()));
  pending.push_back({id, record, std::move(writer)});
  return Ok();
}

Status LayerCatalog::KeepNext(UnpackProcess& process, PendingLayer& pending) {
  Result<UnpackedLayer> unpacked = process.Next(stop_);
  if (!unpacked.ok()) return std::move(unpacked.error().Within(NameOf(pending.record)));
  COOPER_RETURN_IF_ERROR(CheckDiffId(pending.record, unpacked->diff_id));
  LayerRecord learned;
  if (pending.snapshot != nullptr) {
    COOPER_RETURN_IF_ERROR(pending.snapshot->Commit());
    pending.snapshot.reset();
    learned.snapshot = true;
  }
  COOPER_ASSIGN_OR_RETURN(learned.index, store_.SaveIndex(unpacked->index));
  return store_.PutLayer(pending.id, learned);
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
  const std::string name = NameOf(record);
  auto opened = OpenLayerBlob(store_, *record.blob, lower, unpacker_.options.limits);
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
  return CheckDiffId(record, *diff_id);
}

}  // namespace cooper
