// The layers behind every vertex of a plan, and how to get at their files.
//
// The tree of a vertex is a stack of layers: those of its first input, then its
// own. A layer is known by an id that means the same in every build: the cache
// key of the vertex that makes it, or the chain id for a layer of a base image.
// A layer may be at hand as files on disk (a snapshot), as a blob, or both; the
// catalog turns one into what is asked for and records it in the store.

#ifndef COOPER_BACKENDS_EXECUTE_LAYERS_LAYER_CATALOG_H_
#define COOPER_BACKENDS_EXECUTE_LAYERS_LAYER_CATALOG_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "backends/execute/layers/stored_content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/filesystem/write/directory_writer.h"
#include "backends/source/context_source.h"
#include "backends/source/image_source.h"
#include "backends/store/store.h"
#include "backends/unpack/unpack_process.h"
#include "ir/base/result.h"
#include "ir/plan/build_plan.h"

namespace cooper {

// May be used from several threads; work on one layer is done once.
class LayerCatalog {
 public:
  // All but `layer_ids` (see ChooseLayerIds) is borrowed. `form`: of the store's snapshots.
  // The program of `unpacker` is empty where nothing may be started, as in a root that holds
  // the files of an image: layers are then read here, and there are no snapshots.
  // `stop` ends the unpacking of layers.
  LayerCatalog(const BuildPlan& plan, Store& store, ImageSource& images, ContextSource& contexts,
               std::map<VertexId, Digest> layer_ids, SnapshotForm form, Unpacker unpacker,
               std::stop_token stop = {});

  // The id of the layer that an exec or file op makes.
  Digest LayerIdOf(VertexId vertex) const;

  // Records what a step knows of its layer, which thereby becomes the newest result
  // for the step's cache key.
  Status Record(const Step& step, const LayerRecord& record);

  // Ids of the layers of the vertex's tree, bottom first.
  Result<std::vector<Digest>> Chain(VertexId vertex);

  // The vertex's tree. Indexes are loaded, content is opened when asked for.
  Result<FileTree> Tree(VertexId vertex);

  // Directories for an overlay mount of the vertex's tree, TOP first; layers that
  // are only blobs are unpacked.
  Result<std::vector<std::string>> Snapshots(VertexId vertex);

  // The entries of the layer `id`, which lies over `lower`, sent to `sink` from where it is
  // cheapest; those of a blob come in the blob's order.
  Status SendEntries(const Digest& id, const FileTree& lower, EntrySink& sink);

  // The layer `id`, which lies over `lower`, as a part of a tree.
  Result<TreeLayer> Layer(const Digest& id, const FileTree& lower);

  // The files of the layer `id`, which lies over `lower`.
  std::shared_ptr<const ContentStore> Content(const Digest& id, FileTree lower) {
    return contents_.Of(id, std::move(lower));
  }

  // The image of a source.image or source.layout vertex.
  Result<ImageDescription> Image(VertexId vertex);

  // Owners are records beside the files.
  bool one_id() const { return form_ == SnapshotForm::kSingle; }
  // For directories of the store's form.
  DirectoryWriterOptions WriterOptions(const FileTree* lower) const;
  NodeOptions node_options() const {
    return {
        .user_namespace = form_ != SnapshotForm::kTrusted, .one_id = one_id(), .truths = nullptr};
  }
  Store& store() { return store_; }
  const BuildPlan& plan() const { return plan_; }

 private:
  // A layer that a process reads.
  struct PendingLayer {
    Digest id;
    LayerRecord record;
    std::unique_ptr<SnapshotWriter> snapshot;  // null: only its index is wanted
  };

  // A layer's lock, so that two steps do not unpack the same layer.
  std::mutex& LockOf(const Digest& id);
  Result<FileTree> TreeOf(const std::vector<Digest>& chain);
  Result<std::shared_ptr<const LayerIndex>> Index(const Digest& id, const FileTree& lower);
  // Makes the indexes of the chain that are not there, if that can be done elsewhere.
  Status LearnIndexes(const std::vector<Digest>& chain);
  Status LearnIndexesLocked(const std::vector<Digest>& chain);
  std::vector<std::unique_lock<std::mutex>> LockAll(const std::vector<Digest>& chain);
  // Makes the snapshots of the chain that are not there.
  Status Unpack(const std::vector<Digest>& chain);
  // The same, with the layers' locks held.
  Status UnpackLocked(const std::vector<Digest>& chain);
  Status TellOfLayer(const Digest& id, const LayerRecord& record, UnpackProcess& process,
                     std::vector<PendingLayer>& pending);
  // Waits for what the process says of `pending` and records it.
  Status KeepNext(UnpackProcess& process, PendingLayer& pending);
  // Sends the entries of the layer's blob to `sink` and checks the diff id.
  Status ReadLayerBlob(const Digest& id, const LayerRecord& record, const FileTree& lower,
                       EntrySink& sink);

  const BuildPlan& plan_;
  Store& store_;
  ImageSource& images_;
  ContextSource& contexts_;
  const SnapshotForm form_;
  const Unpacker unpacker_;
  const std::stop_token stop_;
  StoredContents contents_;
  const std::map<VertexId, Digest> layer_ids_;

  std::mutex mutex_;
  std::map<Digest, std::unique_ptr<std::mutex>> locks_;
  std::map<Digest, std::shared_ptr<const LayerIndex>> indexes_;
  std::map<VertexId, ImageDescription> descriptions_;
};

// The ids of an image's layers: chain ids (OCI image-spec, config.md, "ChainID").
std::vector<Digest> ChainIds(const std::vector<Digest>& diff_ids);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_LAYERS_LAYER_CATALOG_H_
