#include "backends/source/image_source.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "backends/source/layout_reader.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

// Reads a manifest, index or config from where the image lives. `type` is what
// the descriptor says it is; empty when only the digest is known.
using DocumentReader =
    std::function<Result<std::string>(const Descriptor& document, size_t max_bytes)>;

Status Keep(Store& store, std::string_view document) {
  auto digest = store.PutBlob(document);
  if (!digest.ok()) return std::move(digest).error();
  return Ok();
}

// The document from the store, else from `read`, whose bytes are kept. Either
// way they have the digest.
Result<std::string> Document(Store& store, const Descriptor& document, size_t max_bytes,
                             const DocumentReader& read) {
  if (store.HasBlob(document.digest)) {
    COOPER_ASSIGN_OR_RETURN(std::string bytes, store.ReadBlob(document.digest, max_bytes));
    if (Digest::Of(bytes) == document.digest) return bytes;
  }
  COOPER_ASSIGN_OR_RETURN(std::string bytes, read(document, max_bytes));
  if (Digest::Of(bytes) != document.digest) {
    return Error(
        DiagnosticKind::kImageInvalid,
        fmt::format("`{}` has other content than its digest says", document.digest.ToString()));
  }
  COOPER_RETURN_IF_ERROR(Keep(store, bytes));
  return bytes;
}

// Reads a whole blob of at most `max_bytes` from a registry.
Result<std::string> FetchDocument(RegistryClient& registry, const Reference& repository,
                                  const Descriptor& blob) {
  std::string bytes;
  COOPER_RETURN_IF_ERROR(registry.FetchBlob(repository, blob, [&](std::string_view piece) {
    bytes += piece;
    return Ok();
  }));
  return bytes;
}

Status CheckLayers(const ImageDescription& image) {
  const size_t layers = image.manifest.layers.size();
  const size_t diff_ids = image.config.diff_ids.size();
  if (layers != diff_ids) {
    return Error(DiagnosticKind::kImageInvalid,
                 fmt::format("its manifest has {} layers, but its config has {} diff ids", layers,
                             diff_ids));
  }
  for (const Descriptor& layer : image.manifest.layers) {
    if (LayerCompression(layer.media_type)) continue;
    return Error(
        DiagnosticKind::kUnsupported,
        fmt::format("a layer has the media type `{}`, which is not supported", layer.media_type));
  }
  return Ok();
}

// Completes an image whose manifest was read.
Result<ImageDescription> DescribeManifest(Store& store, const Digest& digest,
                                          std::string_view manifest_json,
                                          std::string_view media_type,
                                          const DocumentReader& read_config) {
  ImageDescription image;
  image.digest = digest;
  COOPER_ASSIGN_OR_RETURN(image.manifest, ParseImageManifest(manifest_json, media_type));
  const Descriptor& config = image.manifest.config;
  if (config.media_type != media_type::kOciConfig &&
      config.media_type != media_type::kDockerConfig) {
    return Error(DiagnosticKind::kImageInvalid,
                 fmt::format("its config has the media type `{}`; it is not a container image",
                             config.media_type));
  }
  if (config.size_bytes > kMaxImageConfigBytes) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("its config has {} bytes; the limit is {}", config.size_bytes,
                             kMaxImageConfigBytes));
  }
  COOPER_ASSIGN_OR_RETURN(const std::string config_json,
                          Document(store, config, kMaxImageConfigBytes, read_config));
  if (config_json.size() != config.size_bytes) {
    return Error(DiagnosticKind::kImageInvalid, fmt::format("its config has {} bytes instead of {}",
                                                            config_json.size(), config.size_bytes));
  }
  COOPER_ASSIGN_OR_RETURN(image.config, ParseImageConfig(config_json));
  COOPER_RETURN_IF_ERROR(CheckLayers(image));
  return image;
}

// From what a reference or a tag names to a description: through an index if it
// is one. `read_manifest` and `read_config` know where the image lives.
Result<ImageDescription> DescribeTop(Store& store, const Descriptor& top, std::string bytes,
                                     const Platform& platform, const DocumentReader& read_manifest,
                                     const DocumentReader& read_config) {
  COOPER_RETURN_IF_ERROR(Keep(store, bytes));
  // A document from the store comes without its type.
  const bool is_index =
      top.media_type.empty() ? ParseImageIndex(bytes, "").ok() : IsIndexMediaType(top.media_type);
  Descriptor manifest = top;
  if (is_index) {
    COOPER_ASSIGN_OR_RETURN(const ImageIndex index, ParseImageIndex(bytes, top.media_type));
    COOPER_ASSIGN_OR_RETURN(manifest, SelectManifest(index, platform));
    if (!IsManifestMediaType(manifest.media_type)) {
      return Error(DiagnosticKind::kUnsupported,
                   fmt::format("its index leads to the media type `{}` for `{}`; an image manifest "
                               "is needed",
                               manifest.media_type, platform.ToString()));
    }
    COOPER_ASSIGN_OR_RETURN(bytes, Document(store, manifest, kMaxManifestBytes, read_manifest));
    if (bytes.size() != manifest.size_bytes) {
      return Error(DiagnosticKind::kImageInvalid,
                   fmt::format("its manifest has {} bytes instead of {}", bytes.size(),
                               manifest.size_bytes));
    }
  }
  return DescribeManifest(store, manifest.digest, bytes, manifest.media_type, read_config);
}

DocumentReader ManifestOf(RegistryClient& registry, const Reference& reference) {
  return [&registry, reference](const Descriptor& document, size_t) -> Result<std::string> {
    Reference by_digest = reference;
    by_digest.digest = document.digest;
    COOPER_ASSIGN_OR_RETURN(FetchedManifest fetched, registry.FetchManifest(by_digest));
    return std::move(fetched.bytes);
  };
}

DocumentReader ConfigOf(RegistryClient& registry, const Reference& reference) {
  return [&registry, reference](const Descriptor& document, size_t) {
    return FetchDocument(registry, reference, document);
  };
}

DocumentReader BlobOf(const LayoutReader& layout) {
  return [&layout](const Descriptor& document, size_t max_bytes) {
    // A pin knows no size.
    return document.media_type.empty() ? layout.Read(document.digest, max_bytes)
                                       : layout.Read(document, max_bytes);
  };
}

template <typename T>
Result<T> Named(Result<T> result, std::string_view name) {
  if (!result.ok()) result.error().Within(fmt::format("image `{}`", name));
  return result;
}

Error WithoutPin(std::string_view name) {
  return Error(DiagnosticKind::kInternal, fmt::format("the image `{}` has no pin", name));
}

}  // namespace

Result<ImageDescription> ImageSource::Describe(const Reference& reference,
                                               const Platform& platform) {
  FetchedManifest top;
  if (reference.digest && store_.HasBlob(*reference.digest)) {
    top.descriptor.digest = *reference.digest;
    COOPER_ASSIGN_OR_RETURN(top.bytes, Document(store_, top.descriptor, kMaxManifestBytes,
                                                ManifestOf(registry_, reference)));
  } else {
    COOPER_ASSIGN_OR_RETURN(top, registry_.FetchManifest(reference));
  }
  return Named(DescribeTop(store_, top.descriptor, std::move(top.bytes), platform,
                           ManifestOf(registry_, reference), ConfigOf(registry_, reference)),
               reference.FamiliarString());
}

Result<ImageDescription> ImageSource::DescribeLayout(const std::string& directory,
                                                     const std::string& tag,
                                                     const Platform& platform) {
  COOPER_ASSIGN_OR_RETURN(const LayoutReader layout, LayoutReader::Open(directory));
  COOPER_ASSIGN_OR_RETURN(const Descriptor top, layout.Find(tag));
  COOPER_ASSIGN_OR_RETURN(std::string bytes, layout.Read(top, kMaxManifestBytes));
  return Named(DescribeTop(store_, top, std::move(bytes), platform, BlobOf(layout), BlobOf(layout)),
               directory);
}

Result<ImageDescription> ImageSource::DescribeStored(const Descriptor& top,
                                                     const Platform& platform,
                                                     std::string_view name) {
  const DocumentReader missing = [](const Descriptor& document, size_t) -> Result<std::string> {
    return Error(DiagnosticKind::kImageInvalid,
                 fmt::format("it has no blob `{}`", document.digest.ToString()));
  };
  Result<std::string> bytes = Document(store_, top, kMaxManifestBytes, missing);
  if (bytes.ok() && bytes->size() != top.size_bytes) {
    bytes = Error(DiagnosticKind::kImageInvalid,
                  fmt::format("`{}` has {} bytes instead of {}", top.digest.ToString(),
                              bytes->size(), top.size_bytes));
  }
  if (!bytes.ok()) return std::move(bytes.error().Within(fmt::format("image `{}`", name)));
  return Named(DescribeTop(store_, top, *std::move(bytes), platform, missing, missing), name);
}

Result<ImageDescription> ImageSource::DescribePinned(const Op& source) {
  const auto describe = [&](const Digest& pin, const DocumentReader& read_manifest,
                            const DocumentReader& read_config) -> Result<ImageDescription> {
    const Descriptor manifest{
        .media_type = {}, .digest = pin, .annotations = {}, .platform = std::nullopt};
    COOPER_ASSIGN_OR_RETURN(const std::string bytes,
                            Document(store_, manifest, kMaxManifestBytes, read_manifest));
    return DescribeManifest(store_, pin, bytes, "", read_config);
  };
  if (const auto* image = std::get_if<SourceImageOp>(&source)) {
    if (!image->pin) return WithoutPin(image->reference);
    COOPER_ASSIGN_OR_RETURN(const Reference reference, Reference::Parse(image->reference));
    return Named(
        describe(*image->pin, ManifestOf(registry_, reference), ConfigOf(registry_, reference)),
        reference.FamiliarString());
  }
  if (const auto* image = std::get_if<SourceLayoutOp>(&source)) {
    if (!image->pin) return WithoutPin(image->path);
    // What the store has may outlive the directory.
    std::optional<LayoutReader> layout;
    const DocumentReader read = [&](const Descriptor& document,
                                    size_t max_bytes) -> Result<std::string> {
      if (!layout) {
        COOPER_ASSIGN_OR_RETURN(layout, LayoutReader::Open(image->path));
      }
      return BlobOf(*layout)(document, max_bytes);
    };
    return Named(describe(*image->pin, read, read), image->path);
  }
  return Error(DiagnosticKind::kInternal, "an image was asked for, but the op is another");
}

Status ImageSource::FetchLayer(const Op& source, const ImageDescription& image, size_t layer,
                               const std::stop_token& stop) {
  const Descriptor& blob = image.manifest.layers[layer];
  if (store_.HasBlob(blob.digest)) {
    COOPER_ASSIGN_OR_RETURN(const uint64_t size_bytes, store_.BlobSize(blob.digest));
    if (size_bytes == blob.size_bytes) return Ok();
    return Error(DiagnosticKind::kImageInvalid,
                 fmt::format("layer {} is described with {} bytes, but `{}` has {}", layer + 1,
                             blob.size_bytes, blob.digest.ToString(), size_bytes));
  }
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> writer, store_.NewBlob());
  const auto write = [&](std::string_view bytes) -> Status {
    if (stop.stop_requested()) {
      return Error(DiagnosticKind::kInterrupted, "the build was interrupted");
    }
    return writer->Write(bytes);
  };
  if (const auto* op = std::get_if<SourceImageOp>(&source)) {
    // From the repository alone: the `urls` of a foreign layer lead anywhere.
    COOPER_ASSIGN_OR_RETURN(const Reference reference, Reference::Parse(op->reference));
    COOPER_RETURN_IF_ERROR(registry_.FetchBlob(reference, blob, write, stop));
  } else if (const auto* layout_op = std::get_if<SourceLayoutOp>(&source)) {
    COOPER_ASSIGN_OR_RETURN(const LayoutReader layout, LayoutReader::Open(layout_op->path));
    COOPER_RETURN_IF_ERROR(layout.Stream(blob, write));
  } else {
    return Error(DiagnosticKind::kInternal, "a layer was asked for, but the op is no image");
  }
  auto committed = writer->Commit(blob.digest);
  if (!committed.ok()) return std::move(committed).error();
  return Ok();
}

}  // namespace cooper
