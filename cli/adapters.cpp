#include "cli/adapters.h"

#include <variant>

#include "backends/source/content_digest.h"

namespace cooper {

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

Result<bool> StoreCacheOracle::HasImage(const Op& source) {
  COOPER_ASSIGN_OR_RETURN(Store* const store, workshop_.store());
  COOPER_ASSIGN_OR_RETURN(ImageSource* const images, workshop_.images());
  COOPER_ASSIGN_OR_RETURN(const ImageDescription image, images->DescribePinned(source));
  for (const Descriptor& layer : image.manifest.layers) {
    if (!store->HasBlob(layer.digest)) return false;
  }
  return true;
}

Result<Digest> ContextContentOracle::DigestOf(const SourceContextOp& context,
                                              const ContentSelection& selection) {
  ContextSource& contexts = workshop_.contexts();
  COOPER_ASSIGN_OR_RETURN(const FileTree tree, contexts.Open(context));
  return DigestSelection(
      tree, selection.from, selection.exclude, selection.parents,
      [&](const std::string& path) { return contexts.IsExcluded(context, path); });
}

}  // namespace cooper
