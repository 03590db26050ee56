// The media types of OCI image-spec and of Docker's image manifest v2, schema 2.

#ifndef COOPER_IR_IMAGE_MEDIA_TYPE_H_
#define COOPER_IR_IMAGE_MEDIA_TYPE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace cooper {

namespace media_type {
inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kOciLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view kOciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view kOciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
inline constexpr std::string_view kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerIndex =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
inline constexpr std::string_view kDockerLayerGzip =
    "application/vnd.docker.image.rootfs.diff.tar.gzip";
}  // namespace media_type

enum class Compression : uint8_t { kNone, kGzip, kZstd };
std::string_view NameOf(Compression compression);  // "uncompressed", "gzip", "zstd"

bool IsManifestMediaType(std::string_view type);
bool IsIndexMediaType(std::string_view type);

// How a layer of this media type is compressed; nothing for a type that is not
// a layer's. The "nondistributable"/"foreign" types count as layers.
std::optional<Compression> LayerCompression(std::string_view type);

}  // namespace cooper

#endif  // COOPER_IR_IMAGE_MEDIA_TYPE_H_
