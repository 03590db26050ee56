#include "backends/source/image_archive.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "backends/filesystem/disk/directory_content.h"
#include "backends/filesystem/tree/link_resolver.h"
#include "backends/layer/layer_reader.h"
#include "backends/source/layout_reader.h"
#include "ir/image/json_fields.h"
#include "ir/image/manifest.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

constexpr size_t kBufferBytes = size_t{128} << 10;
constexpr int kMaxLinks = 8;

Error Invalid(std::string message) {
  return Error(DiagnosticKind::kImageInvalid, std::move(message));
}

// A regular file of the archive, in the store.
struct Member {
  Digest digest;
  uint64_t size_bytes = 0;
  std::string head;  // its first bytes
};

struct Members {
  std::map<std::string, Member> files;
  std::map<std::string, std::string> links;  // to clean paths in the archive

  // The file at `path`, or null.
  const Member* Find(std::string_view path) const {
    std::string at = CleanTreePath(path);
    for (int i = 0; i <= kMaxLinks; ++i) {
      if (const auto file = files.find(at); file != files.end()) return &file->second;
      const auto link = links.find(at);
      if (link == links.end()) return nullptr;
      at = link->second;
    }
    return nullptr;
  }
};

// The digest that the name `path` promises.
std::optional<Digest> PromisedBy(std::string_view path) {
  constexpr std::string_view kBlobs = "blobs/sha256/";
  return path.starts_with(kBlobs) ? Digest::FromHex(path.substr(kBlobs.size())) : std::nullopt;
}

Result<Member> StoreMember(const TreeEntry& entry, ContentReader& content, Store& store) {
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<BlobWriter> writer, store.NewBlob());
  Member member;
  std::vector<char> buffer(kBufferBytes);
  while (member.size_bytes < entry.size_bytes) {
    COOPER_ASSIGN_OR_RETURN(const size_t size, content.Read(buffer));
    if (size == 0) break;
    const std::string_view bytes(buffer.data(), size);
    if (member.size_bytes == 0) member.head = bytes.substr(0, 4);
    COOPER_RETURN_IF_ERROR(writer->Write(bytes));
    member.size_bytes += size;
  }
  COOPER_ASSIGN_OR_RETURN(member.digest, writer->Commit(PromisedBy(entry.path)));
  return member;
}

Result<Members> StoreMembers(const std::string& path, Store& store) {
  ScopedFd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok()) {
    return ErrnoError(DiagnosticKind::kImageNotFound,
                      fmt::format("cannot open the archive `{}`", path), errno);
  }
  struct stat status = {};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Invalid(fmt::format("`{}` is not a regular file", path));
  }
  const std::unique_ptr<ContentReader> bytes = ContentOf(std::move(file));
  COOPER_ASSIGN_OR_RETURN(auto archive, OpenArchive(*bytes));
  if (!archive) return Invalid("it is not a tar");
  Members members;
  for (;;) {
    COOPER_ASSIGN_OR_RETURN(const std::optional<TreeEntry> entry, (*archive)->Next());
    if (!entry) return members;
    if (entry->type == EntryType::kFile) {
      COOPER_ASSIGN_OR_RETURN(members.files[entry->path],
                              StoreMember(*entry, (*archive)->content(), store));
    } else if (entry->type == EntryType::kSymlink) {
      members.links[entry->path] =
          CleanTreePath(JoinPath(ParentPath(entry->path), entry->link));
    } else if (entry->type == EntryType::kHardLink) {
      members.links[entry->path] = entry->link;
    }
  }
}

Result<std::string> ReadMember(const Members& members, const std::string& path, Store& store) {
  const Member* const member = members.Find(path);
  if (member == nullptr) return Invalid(fmt::format("it has no `{}`", path));
  return store.ReadBlob(member->digest, kMaxManifestBytes);
}

Result<Descriptor> FindInLayout(const Members& members, const std::string& path,
                                const std::string& tag, Store& store) {
  COOPER_ASSIGN_OR_RETURN(const std::string marker, ReadMember(members, "oci-layout", store));
  COOPER_RETURN_IF_ERROR(CheckLayoutVersion(marker));
  COOPER_ASSIGN_OR_RETURN(const std::string json, ReadMember(members, "index.json", store));
  COOPER_ASSIGN_OR_RETURN(const ImageIndex index, ParseImageIndex(json, media_type::kOciIndex));
  return FindByTag(index, tag, fmt::format("archive `{}`", path));
}

// One image of manifest.json.
struct SavedImage {
  std::string config;
  std::vector<std::string> tags;
  std::vector<std::string> layers;
};

Result<std::vector<SavedImage>> ReadSavedImages(const Members& members, Store& store) {
  COOPER_ASSIGN_OR_RETURN(const std::string json, ReadMember(members, "manifest.json", store));
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Array array,
                          ParseJsonArray(json, kMaxManifestBytes, "manifest.json"));
  std::vector<SavedImage> images;
  for (const llvm::json::Value& value : array) {
    const llvm::json::Object* const object = value.getAsObject();
    if (object == nullptr) return Invalid("manifest.json: an image is no object");
    const JsonFields fields(*object, "manifest.json");
    SavedImage image;
    COOPER_RETURN_IF_ERROR(fields.Read("Config", image.config));
    COOPER_RETURN_IF_ERROR(fields.Read("RepoTags", image.tags));
    COOPER_RETURN_IF_ERROR(fields.Read("Layers", image.layers));
    images.push_back(std::move(image));
  }
  return images;
}

Result<SavedImage> Choose(std::vector<SavedImage> images, const std::string& tag) {
  std::vector<SavedImage> found;
  for (SavedImage& image : images) {
    bool named = tag.empty();
    for (const std::string& name : image.tags) named = named || name.ends_with(":" + tag);
    if (named) found.push_back(std::move(image));
  }
  if (found.size() == 1) return std::move(found.front());
  return Error(DiagnosticKind::kImageNotFound,
               fmt::format("{} of its images {}; name one by its tag", found.size(),
                           tag.empty() ? "are there" : fmt::format("have the tag `{}`", tag)));
}

std::string_view LayerType(const Member& layer) {
  if (layer.head.starts_with("\x1f\x8b")) return media_type::kDockerLayerGzip;
  if (layer.head.starts_with("\x28\xb5\x2f\xfd")) return media_type::kOciLayerZstd;
  return media_type::kDockerLayer;
}

Result<Descriptor> Describe(const Members& members, const std::string& path,
                            std::string_view type) {
  const Member* const member = members.Find(path);
  if (member == nullptr) {
    return Invalid(fmt::format("manifest.json names `{}`, which it does not hold", path));
  }
  return Descriptor{.media_type = std::string(type.empty() ? LayerType(*member) : type),
                    .digest = member->digest,
                    .size_bytes = member->size_bytes,
                    .annotations = {},
                    .platform = {}};
}

Result<Descriptor> MakeManifest(const Members& members, const std::string& tag, Store& store) {
  COOPER_ASSIGN_OR_RETURN(std::vector<SavedImage> images, ReadSavedImages(members, store));
  COOPER_ASSIGN_OR_RETURN(const SavedImage image, Choose(std::move(images), tag));
  ImageManifest manifest;
  manifest.media_type = media_type::kDockerManifest;
  COOPER_ASSIGN_OR_RETURN(manifest.config,
                          Describe(members, image.config, media_type::kDockerConfig));
  for (const std::string& path : image.layers) {
    COOPER_ASSIGN_OR_RETURN(Descriptor layer, Describe(members, path, ""));
    manifest.layers.push_back(std::move(layer));
  }
  const std::string json = ToJson(manifest);
  COOPER_ASSIGN_OR_RETURN(const Digest digest, store.PutBlob(json));
  return Descriptor{.media_type = manifest.media_type,
                    .digest = digest,
                    .size_bytes = json.size(),
                    .annotations = {},
                    .platform = {}};
}

template <typename T>
Result<T> InArchive(Result<T> result, const std::string& path) {
  const bool ours = !result.ok() && result.error().kind() != DiagnosticKind::kStore;
  if (ours) result.error().Within(fmt::format("archive `{}`", path));
  return result;
}

}  // namespace

Result<Descriptor> ReadOciArchive(const std::string& path, const std::string& tag, Store& store) {
  COOPER_ASSIGN_OR_RETURN(const Members members, InArchive(StoreMembers(path, store), path));
  return InArchive(FindInLayout(members, path, tag, store), path);
}

Result<Descriptor> ReadDockerArchive(const std::string& path, const std::string& tag,
                                     Store& store) {
  COOPER_ASSIGN_OR_RETURN(const Members members, InArchive(StoreMembers(path, store), path));
  return InArchive(MakeManifest(members, tag, store), path);
}

}  // namespace cooper
