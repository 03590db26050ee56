#include "backends/export/image_parts.h"

#include <fmt/format.h>

#include <memory>
#include <set>

#include "ir/base/sha256.h"

namespace cooper {
namespace {

constexpr size_t kPieceBytes = 1 << 20;

}  // namespace

std::vector<Descriptor> DistinctLayers(const ImageManifest& manifest) {
  std::vector<Descriptor> layers;
  std::set<Digest> seen;
  for (const Descriptor& layer : manifest.layers) {
    if (seen.insert(layer.digest).second) layers.push_back(layer);
  }
  return layers;
}

std::vector<Descriptor> NamedDescriptors(const BuiltImage& image,
                                         const std::vector<Reference>& names) {
  if (names.empty()) return {image.descriptor};
  std::vector<Descriptor> descriptors;
  for (const Reference& name : names) {
    Descriptor& named = descriptors.emplace_back(image.descriptor);
    named.annotations["io.containerd.image.name"] = name.ToString();
    if (!name.tag.empty()) named.annotations[std::string(kRefNameAnnotation)] = name.tag;
  }
  return descriptors;
}

Status SendBlob(Store& store, const Descriptor& blob, const BytesOutput& output,
                const std::stop_token& stop) {
  const auto damaged = [&](std::string_view what) {
    return Error(DiagnosticKind::kStore,
                 fmt::format("the blob `{}` of the store `{}` is damaged: {}; remove it and build "
                             "again",
                             blob.digest.ToString(), store.directory(), what));
  };
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<ContentReader> reader, store.OpenBlob(blob.digest));
  Sha256 hash;
  std::vector<char> buffer(kPieceBytes);
  uint64_t left = blob.size_bytes;
  for (;;) {
    if (stop.stop_requested()) {
      return Error(DiagnosticKind::kInterrupted, "the build was interrupted");
    }
    COOPER_ASSIGN_OR_RETURN(const size_t count, reader->Read(buffer));
    if (count == 0) break;
    if (count > left) return damaged(fmt::format("it has more than {} bytes", blob.size_bytes));
    left -= count;
    const std::string_view bytes(buffer.data(), count);
    hash.Update(bytes);
    COOPER_RETURN_IF_ERROR(output(bytes));
  }
  if (left != 0) {
    return damaged(fmt::format("it has {} of {} bytes", blob.size_bytes - left, blob.size_bytes));
  }
  if (const Digest found = hash.Finish(); found != blob.digest) {
    return damaged(fmt::format("its bytes have the digest `{}`", found.ToString()));
  }
  return Ok();
}

}  // namespace cooper
