#include "backends/export/layout/layout_index.h"

#include <fmt/format.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>

#include <utility>

#include "backends/export/image_parts.h"
#include "ir/image/manifest.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

struct EntryName {
  std::string ref_name;  // empty when there is none
  std::string digest;

  bool operator==(const EntryName&) const = default;
};

std::string Text(const llvm::json::Object* object, llvm::StringRef key) {
  if (object == nullptr) return {};
  const auto text = object->getString(key);
  return text ? text->str() : std::string();
}

EntryName NameOfEntry(const llvm::json::Value& entry) {
  const llvm::json::Object* const object = entry.getAsObject();
  if (object == nullptr) return {};
  return {Text(object->getObject("annotations"), llvm::StringRef(kRefNameAnnotation)),
          Text(object, "digest")};
}

bool Replaces(const EntryName& added, const EntryName& old) {
  return added.ref_name.empty() ? added == old : added.ref_name == old.ref_name;
}

llvm::json::Value ParseOwn(const std::string& json) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(json);
  if (value) return std::move(*value);
  llvm::consumeError(value.takeError());
  return nullptr;
}

}  // namespace

Status CheckLayoutVersion(std::string_view marker, std::string_view shown) {
  // 4 KiB at most, which is no depth that the parser would mind.
  llvm::Expected<llvm::json::Value> value =
      llvm::json::parse(llvm::StringRef(marker.data(), marker.size()));
  std::string version;
  if (value) {
    version = Text(value->getAsObject(), "imageLayoutVersion");
  } else {
    llvm::consumeError(value.takeError());
  }
  if (version.starts_with("1.")) return Ok();
  return Error(DiagnosticKind::kOutput,
               fmt::format("`{}` is a layout of version `{}`, not of version 1.0.0; choose another "
                           "directory",
                           shown, version));
}

Result<std::string> MergeIntoIndex(const std::optional<std::string>& existing,
                                   const std::vector<Descriptor>& images) {
  const std::string added_json = ToJson(ImageIndex{
      .media_type = std::string(media_type::kOciIndex), .manifests = images, .annotations = {}});
  if (!existing) return added_json;

  // Checks limits, depth and ambiguous keys, so that the parser below is safe to use.
  COOPER_ASSIGN_OR_RETURN(const ImageIndex checked,
                          ParseImageIndex(*existing, media_type::kOciIndex));
  if (checked.manifests.empty()) return added_json;
  llvm::json::Value merged = ParseOwn(*existing);
  llvm::json::Value added = ParseOwn(added_json);
  llvm::json::Object* const index = merged.getAsObject();
  llvm::json::Object* const news = added.getAsObject();
  llvm::json::Array* const old_entries = index == nullptr ? nullptr : index->getArray("manifests");
  llvm::json::Array* const new_entries = news == nullptr ? nullptr : news->getArray("manifests");
  if (old_entries == nullptr || new_entries == nullptr) {
    return Error(DiagnosticKind::kInternal, "an image index has no `manifests`");
  }
  llvm::json::Array entries;
  for (llvm::json::Value& old : *old_entries) {
    bool replaced = false;
    for (const llvm::json::Value& entry : *new_entries) {
      if (Replaces(NameOfEntry(entry), NameOfEntry(old))) replaced = true;
    }
    if (!replaced) entries.push_back(std::move(old));
  }
  for (llvm::json::Value& entry : *new_entries) entries.push_back(std::move(entry));
  (*index)["manifests"] = std::move(entries);

  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << merged;
  stream.flush();
  return text;
}

}  // namespace cooper
