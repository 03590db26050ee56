#include "cli/adapters.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <variant>

#include "backends/source/content_digest.h"
#include "planner/cache/cache_keys.h"

namespace cooper {
namespace {

constexpr size_t kServersAtATime = 4;

}  // namespace

Result<ResolvedImage> WorkshopImageResolver::Resolve(const Reference& reference,
                                                     const Platform& platform) {
  COOPER_ASSIGN_OR_RETURN(ImageSource* const images, workshop_.images());
  COOPER_ASSIGN_OR_RETURN(ImageDescription image, images->Describe(reference, platform));
  return ResolvedImage{SourceImageOp{reference.ToString(), image.digest, image.config.platform},
                       std::move(image.config)};
}

Result<ResolvedImage> WorkshopImageResolver::ResolveLayout(const std::string& path,
                                                           const std::string& tag,
                                                           const Platform& platform) {
  COOPER_ASSIGN_OR_RETURN(ImageSource* const images, workshop_.images());
  COOPER_ASSIGN_OR_RETURN(ImageDescription image, images->DescribeLayout(path, tag, platform));
  return ResolvedImage{SourceLayoutOp{path, tag, image.digest, image.config.platform},
                       std::move(image.config)};
}

Result<CachedResult> StoreCacheOracle::Lookup(const Digest& key) {
  COOPER_ASSIGN_OR_RETURN(Store* const store, workshop_.store());
  COOPER_ASSIGN_OR_RETURN(LayerIds* const ids, workshop_.layer_ids());
  COOPER_ASSIGN_OR_RETURN(const std::optional<Digest> id, ids->Find(key));
  if (!id) return CachedResult{};
  COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store->FindLayer(*id));
  if (!record || !record->index) return CachedResult{};
  const bool blob = record->blob.has_value() && record->diff_id.has_value();
  return CachedResult{.tree = record->snapshot || blob, .blob = blob};
}

Result<bool> StoreCacheOracle::HasSource(const Op& source) {
  COOPER_ASSIGN_OR_RETURN(Store* const store, workshop_.store());
  if (std::holds_alternative<SourceHttpOp>(source)) {
    const std::optional<Digest> pin = PinOf(source);
    return pin && store->HasBlob(*pin);
  }
  COOPER_ASSIGN_OR_RETURN(ImageSource* const images, workshop_.images());
  COOPER_ASSIGN_OR_RETURN(const ImageDescription image, images->DescribePinned(source));
  for (const Descriptor& layer : image.manifest.layers) {
    if (!store->HasBlob(layer.digest)) return false;
  }
  return true;
}

Result<FileTree> ContextContentOracle::Open(const SourceContextOp& context) {
  ContextSource& contexts = workshop_.contexts();
  COOPER_ASSIGN_OR_RETURN(Store* const store, workshop_.store());
  contexts.RecallDigestsFrom(*store);
  return contexts.Open(context);
}

Selection ContextContentOracle::SelectionIn(const SourceContextOp& context,
                                            const ContentSelection& selection) const {
  return {.from = selection.from,
          .exclude = selection.exclude,
          .parents = selection.parents,
          .is_excluded = [this, &context](const std::string& path) {
            return workshop_.contexts().IsExcluded(context, path);
          }};
}

Result<Digest> ContextContentOracle::DigestOf(const SourceContextOp& context,
                                              const ContentSelection& selection) {
  COOPER_ASSIGN_OR_RETURN(const FileTree tree, Open(context));
  return DigestSelection(tree, SelectionIn(context, selection), stop_);
}

Result<std::vector<KeyFile>> ContextContentOracle::FilesOf(const SourceContextOp& context,
                                                           const ContentSelection& selection) {
  COOPER_ASSIGN_OR_RETURN(const FileTree tree, Open(context));
  return ListSelection(tree, SelectionIn(context, selection), stop_);
}

Result<std::optional<SourcePin>> WorkshopSourcePinner::PinOne(HttpSource& downloads,
                                                              const Vertex& source) const {
  const auto& op = std::get<SourceHttpOp>(source.op);
  const std::string& userinfo = source.metadata.userinfo;
  std::optional<HttpFile> file;
  if (workshop_.use() == StoreUse::kWrite) {
    COOPER_ASSIGN_OR_RETURN(file, downloads.Update(op, userinfo, stop_));
  } else {
    file = downloads.Recall(op, userinfo, stop_);
  }
  if (!file) return std::optional<SourcePin>();
  return std::optional<SourcePin>(SourcePin{.digest = file->digest, .mtime = file->mtime});
}

std::vector<Result<std::optional<SourcePin>>> WorkshopSourcePinner::Pin(
    const std::vector<const Vertex*>& sources) {
  std::vector<Result<std::optional<SourcePin>>> pins(sources.size(), std::optional<SourcePin>());
  const Result<HttpSource*> downloads = workshop_.downloads();
  if (!downloads.ok()) {
    pins.assign(sources.size(), downloads.error());
    return pins;
  }
  if (workshop_.use() == StoreUse::kWrite) {
    for (const Vertex* source : sources) tell_(source->metadata.display_name);
  }
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < sources.size(); i = next++) {
      pins[i] = PinOne(**downloads, *sources[i]);
    }
  };
  std::vector<std::jthread> helpers;
  try {
    for (size_t i = 1; i < std::min(sources.size(), kServersAtATime); ++i) {
      helpers.emplace_back(work);
    }
  } catch (const std::system_error&) {
    // No more threads may be had here: fewer at a time do as well.
  }
  work();
  helpers.clear();  // joins
  return pins;
}

}  // namespace cooper
