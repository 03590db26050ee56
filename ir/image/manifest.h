// Image manifests and indexes in their OCI and Docker forms (OCI image-spec,
// manifest.md and image-index.md; Docker image manifest v2, schema 2).

#ifndef COOPER_IR_IMAGE_MANIFEST_H_
#define COOPER_IR_IMAGE_MANIFEST_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/image/descriptor.h"

namespace cooper {

// Larger manifests and indexes are refused (distribution-spec names 4 MiB).
inline constexpr size_t kMaxManifestBytes = 4 << 20;

struct ImageManifest {
  std::string media_type;  // kOciManifest or kDockerManifest
  Descriptor config;
  std::vector<Descriptor> layers;
  std::map<std::string, std::string> annotations;
};

struct ImageIndex {
  std::string media_type;  // kOciIndex or kDockerIndex
  std::vector<Descriptor> manifests;
  std::map<std::string, std::string> annotations;
};

// Parsing refuses what could be read in two ways: both `layers` and
// `manifests` present (CVE-2021-41190), repeated or differently cased keys,
// negative sizes, digests that are not sha256. `declared_type` is the media type
// of the descriptor or the HTTP header; the document's own `mediaType` must agree.
Result<ImageManifest> ParseImageManifest(std::string_view json, std::string_view declared_type);
Result<ImageIndex> ParseImageIndex(std::string_view json, std::string_view declared_type);

// Compact JSON with keys in the order of the specification: the same value
// always gives the same bytes.
std::string ToJson(const ImageManifest& manifest);
std::string ToJson(const ImageIndex& index);

// The manifest of `index` for `wanted`: the first of the latest variant that
// satisfies it, and not an attestation ("unknown/unknown"). The error, of kind
// kImageNotFound, lists what there is.
Result<Descriptor> SelectManifest(const ImageIndex& index, const Platform& wanted);

}  // namespace cooper

#endif  // COOPER_IR_IMAGE_MANIFEST_H_
