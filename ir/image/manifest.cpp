#include "ir/image/manifest.h"

#include <fmt/format.h>
#include <llvm/Support/Base64.h>
#include <llvm/Support/raw_ostream.h>

#include <array>
#include <vector>

#include "ir/image/json_fields.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

constexpr std::array<std::string_view, 7> kDocumentKeys = {
    "schemaVersion", "mediaType", "config", "layers", "manifests", "annotations", "fsLayers"};
constexpr std::array<std::string_view, 6> kDescriptorKeys = {"mediaType",   "digest",   "size",
                                                             "annotations", "platform", "data"};
constexpr std::array<std::string_view, 3> kPlatformKeys = {"architecture", "os", "variant"};

// The content itself, which a descriptor may carry (descriptor.md): it is read from
// where all content comes from, but another reader may take this one.
Status CheckData(const JsonFields& fields, const Descriptor& descriptor) {
  std::string encoded;
  COOPER_RETURN_IF_ERROR(fields.Read("data", encoded));
  if (encoded.empty()) return Ok();
  std::vector<char> data;
  if (llvm::Error error = llvm::decodeBase64(encoded, data)) {
    llvm::consumeError(std::move(error));
    return fields.Invalid("data", "base64");
  }
  if (data.size() != descriptor.size_bytes ||
      Digest::Of(std::string_view(data.data(), data.size())) != descriptor.digest) {
    return fields.Invalid("data", "content with the digest and size that are stated");
  }
  return Ok();
}

Result<Descriptor> ReadDescriptor(const llvm::json::Object& object, std::string path) {
  const JsonFields fields(object, std::move(path));
  COOPER_RETURN_IF_ERROR(fields.RefuseCaseVariants(kDescriptorKeys));
  Descriptor descriptor;
  std::string digest_text;
  int64_t size = -1;
  COOPER_RETURN_IF_ERROR(fields.Read("mediaType", descriptor.media_type));
  COOPER_RETURN_IF_ERROR(fields.Read("digest", digest_text));
  COOPER_RETURN_IF_ERROR(fields.Read("size", size));
  COOPER_RETURN_IF_ERROR(fields.Read("annotations", descriptor.annotations));
  if (descriptor.media_type.empty()) return fields.Invalid("mediaType", "given");
  const std::optional<Digest> digest = Digest::Parse(digest_text);
  if (!digest) return fields.Invalid("digest", "a sha256 digest");
  if (size < 0) return fields.Invalid("size", "a size in bytes");
  descriptor.digest = *digest;
  descriptor.size_bytes = static_cast<uint64_t>(size);
  COOPER_RETURN_IF_ERROR(CheckData(fields, descriptor));

  COOPER_ASSIGN_OR_RETURN(const llvm::json::Object* platform, fields.Object("platform"));
  if (platform != nullptr) {
    const JsonFields platform_fields(*platform, fields.PathOf("platform"));
    COOPER_RETURN_IF_ERROR(platform_fields.RefuseCaseVariants(kPlatformKeys));
    Platform value;
    COOPER_RETURN_IF_ERROR(platform_fields.Read("architecture", value.architecture));
    COOPER_RETURN_IF_ERROR(platform_fields.Read("os", value.os));
    COOPER_RETURN_IF_ERROR(platform_fields.Read("variant", value.variant));
    descriptor.platform = std::move(value);
  }
  return descriptor;
}

Status ReadDescriptors(const JsonFields& fields, std::string_view key,
                       std::vector<Descriptor>& descriptors) {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Array* array, fields.Array(key));
  if (array == nullptr) return Ok();
  for (const llvm::json::Value& element : *array) {
    const llvm::json::Object* object = element.getAsObject();
    if (object == nullptr) return fields.Invalid(key, "a list of descriptors");
    COOPER_ASSIGN_OR_RETURN(
        Descriptor descriptor,
        ReadDescriptor(*object, fmt::format("{}[{}]", key, descriptors.size())));
    descriptors.push_back(std::move(descriptor));
  }
  return Ok();
}

// Checks what manifests and indexes share and returns the media type, which the
// document may leave out where it was declared.
Result<std::string> ReadEnvelope(const JsonFields& fields, std::string_view declared_type,
                                 std::string_view fallback_type) {
  COOPER_RETURN_IF_ERROR(fields.RefuseCaseVariants(kDocumentKeys));
  int64_t version = 0;
  COOPER_RETURN_IF_ERROR(fields.Read("schemaVersion", version));
  if (version != 2) return fields.Invalid("schemaVersion", "2");
  if (fields.Has("layers") && fields.Has("manifests")) {
    return Error(DiagnosticKind::kImageInvalid,
                 "both `layers` and `manifests` are present, so it could be read in two ways");
  }
  std::string type;
  COOPER_RETURN_IF_ERROR(fields.Read("mediaType", type));
  if (!type.empty() && !declared_type.empty() && type != declared_type) {
    return Error(DiagnosticKind::kImageInvalid,
                 fmt::format("the document says that it is `{}`, but it was announced as `{}`",
                             type, declared_type));
  }
  if (type.empty()) type = declared_type.empty() ? fallback_type : declared_type;
  return type;
}

void WriteDescriptor(llvm::json::OStream& json, const Descriptor& descriptor) {
  WriteAttribute(json, "mediaType", descriptor.media_type);
  json.attribute("digest", descriptor.digest.ToString());
  json.attribute("size", descriptor.size_bytes);
  if (!descriptor.annotations.empty()) {
    WriteAttribute(json, "annotations", descriptor.annotations);
  }
  if (!descriptor.platform) return;
  json.attributeObject("platform", [&] {
    WriteAttribute(json, "architecture", descriptor.platform->architecture);
    WriteAttribute(json, "os", descriptor.platform->os);
    if (!descriptor.platform->variant.empty()) {
      WriteAttribute(json, "variant", descriptor.platform->variant);
    }
  });
}

void WriteDescriptors(llvm::json::OStream& json, llvm::StringRef key,
                      const std::vector<Descriptor>& descriptors) {
  json.attributeArray(key, [&] {
    for (const Descriptor& descriptor : descriptors) {
      json.object([&] { WriteDescriptor(json, descriptor); });
    }
  });
}

template <typename WriteBody>
std::string WriteDocument(std::string_view media_type,
                          const std::map<std::string, std::string>& annotations,
                          WriteBody&& write_body) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream);
  json.object([&] {
    json.attribute("schemaVersion", 2);
    WriteAttribute(json, "mediaType", media_type);
    write_body(json);
    if (!annotations.empty()) WriteAttribute(json, "annotations", annotations);
  });
  json.flush();
  return text;
}

}  // namespace

Result<ImageManifest> ParseImageManifest(std::string_view json, std::string_view declared_type) {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Object object,
                          ParseJsonObject(json, kMaxManifestBytes, "manifest"));
  const JsonFields fields(object, "");
  ImageManifest manifest;
  COOPER_ASSIGN_OR_RETURN(manifest.media_type,
                          ReadEnvelope(fields, declared_type, media_type::kOciManifest));
  if (!IsManifestMediaType(manifest.media_type)) {
    return fields.Invalid("mediaType", "the type of an image manifest");
  }
  if (fields.Has("manifests")) {
    return Error(DiagnosticKind::kImageInvalid, "`manifests` is present in an image manifest");
  }
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Object* config, fields.Object("config"));
  if (config == nullptr) return fields.Invalid("config", "given");
  COOPER_ASSIGN_OR_RETURN(manifest.config, ReadDescriptor(*config, "config"));
  COOPER_RETURN_IF_ERROR(ReadDescriptors(fields, "layers", manifest.layers));
  COOPER_RETURN_IF_ERROR(fields.Read("annotations", manifest.annotations));
  return manifest;
}

Result<ImageIndex> ParseImageIndex(std::string_view json, std::string_view declared_type) {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Object object,
                          ParseJsonObject(json, kMaxManifestBytes, "index"));
  const JsonFields fields(object, "");
  ImageIndex index;
  COOPER_ASSIGN_OR_RETURN(index.media_type,
                          ReadEnvelope(fields, declared_type, media_type::kOciIndex));
  if (!IsIndexMediaType(index.media_type)) {
    return fields.Invalid("mediaType", "the type of an image index");
  }
  for (const std::string_view key : {"layers", "config"}) {
    if (fields.Has(key)) {
      return Error(DiagnosticKind::kImageInvalid,
                   fmt::format("`{}` is present in an image index", key));
    }
  }
  COOPER_RETURN_IF_ERROR(ReadDescriptors(fields, "manifests", index.manifests));
  COOPER_RETURN_IF_ERROR(fields.Read("annotations", index.annotations));
  return index;
}

std::string ToJson(const ImageManifest& manifest) {
  return WriteDocument(manifest.media_type, manifest.annotations, [&](llvm::json::OStream& json) {
    json.attributeObject("config", [&] { WriteDescriptor(json, manifest.config); });
    WriteDescriptors(json, "layers", manifest.layers);
  });
}

std::string ToJson(const ImageIndex& index) {
  return WriteDocument(index.media_type, index.annotations, [&](llvm::json::OStream& json) {
    WriteDescriptors(json, "manifests", index.manifests);
  });
}

Result<Descriptor> SelectManifest(const ImageIndex& index, const Platform& wanted) {
  const Descriptor* best = nullptr;
  std::string available;
  for (const Descriptor& manifest : index.manifests) {
    if (!manifest.platform || manifest.platform->os == "unknown") continue;
    if (!available.empty()) available += ", ";
    available += manifest.platform->ToString();
    if (!manifest.platform->Satisfies(wanted)) continue;
    // Of two that run there, the one that the other satisfies needs more.
    if (best == nullptr || (best->platform->Satisfies(*manifest.platform) &&
                            !manifest.platform->Satisfies(*best->platform))) {
      best = &manifest;
    }
  }
  if (best != nullptr) return *best;
  return Error(DiagnosticKind::kImageNotFound,
               fmt::format("no image for platform `{}`; there is {}", wanted.ToString(),
                           available.empty() ? "none with a platform" : available));
}

}  // namespace cooper
