#include "ir/image/media_type.h"

namespace cooper {
namespace {

// "Nondistributable" layers of OCI and "foreign" ones of Docker.
constexpr std::string_view kOciForeign = "application/vnd.oci.image.layer.nondistributable.v1.tar";
constexpr std::string_view kOciForeignGzip =
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
constexpr std::string_view kOciForeignZstd =
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd";
constexpr std::string_view kDockerForeign = "application/vnd.docker.image.rootfs.foreign.diff.tar";
constexpr std::string_view kDockerForeignGzip =
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
// Written by BuildKit for Docker-typed images with zstd layers.
constexpr std::string_view kDockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";

}  // namespace

std::string_view NameOf(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "uncompressed";
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
  }
  return "uncompressed";
}

bool IsManifestMediaType(std::string_view type) {
  return type == media_type::kOciManifest || type == media_type::kDockerManifest;
}

bool IsIndexMediaType(std::string_view type) {
  return type == media_type::kOciIndex || type == media_type::kDockerIndex;
}

std::optional<Compression> LayerCompression(std::string_view type) {
  if (type == media_type::kOciLayer || type == media_type::kDockerLayer || type == kOciForeign ||
      type == kDockerForeign) {
    return Compression::kNone;
  }
  if (type == media_type::kOciLayerGzip || type == media_type::kDockerLayerGzip ||
      type == kOciForeignGzip || type == kDockerForeignGzip) {
    return Compression::kGzip;
  }
  if (type == media_type::kOciLayerZstd || type == kOciForeignZstd || type == kDockerLayerZstd) {
    return Compression::kZstd;
  }
  return std::nullopt;
}

}  // namespace cooper
