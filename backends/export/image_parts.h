// What every form of an exported image is made of, and how its bytes are checked
// on their way out.

#ifndef COOPER_BACKENDS_EXPORT_IMAGE_PARTS_H_
#define COOPER_BACKENDS_EXPORT_IMAGE_PARTS_H_

#include <functional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "backends/export/built_image.h"
#include "backends/store/store.h"
#include "ir/base/result.h"
#include "ir/image/reference.h"

namespace cooper {

using BytesOutput = std::function<Status(std::string_view bytes)>;

// The layers, bottom first; a layer that occurs twice comes once.
std::vector<Descriptor> DistinctLayers(const ImageManifest& manifest);

// The image's descriptor once for each name, annotated with it, as containerd and
// skopeo look for it; without names, the plain descriptor.
std::vector<Descriptor> NamedDescriptors(const BuiltImage& image,
                                         const std::vector<Reference>& names);

// Sends the blob's bytes to `output`. Exactly the descriptor's size is sent, or
// there is an error; kStore when size or digest are not the descriptor's, kInterrupted after
// a stop.
Status SendBlob(Store& store, const Descriptor& blob, const BytesOutput& output,
                const std::stop_token& stop);

inline constexpr std::string_view kOciLayoutJson = R"({"imageLayoutVersion":"1.0.0"})";
inline constexpr std::string_view kRefNameAnnotation = "org.opencontainers.image.ref.name";

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_IMAGE_PARTS_H_
