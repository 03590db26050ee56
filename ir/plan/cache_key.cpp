#include "ir/plan/cache_key.h"

#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <utility>

namespace cooper {
namespace {

llvm::json::Array Texts(const std::vector<std::string>& texts) {
  llvm::json::Array array;
  for (const std::string& text : texts) array.push_back(text);
  return array;
}

std::optional<KeyComponent> ComponentFrom(const llvm::json::Value& value) {
  const llvm::json::Array* const parts = value.getAsArray();
  if (parts == nullptr || parts->empty()) return std::nullopt;
  KeyComponent component;
  for (const llvm::json::Value& part : *parts) {
    const std::optional<llvm::StringRef> text = part.getAsString();
    if (!text) return std::nullopt;
    component.values.push_back(text->str());
  }
  component.name = std::move(component.values.front());
  component.values.erase(component.values.begin());
  return component;
}

std::optional<KeyFile> FileFrom(const llvm::json::Value& value) {
  const llvm::json::Array* const parts = value.getAsArray();
  if (parts == nullptr || parts->size() != 3) return std::nullopt;
  const std::optional<llvm::StringRef> path = (*parts)[0].getAsString();
  const std::optional<llvm::StringRef> attributes = (*parts)[1].getAsString();
  const std::optional<llvm::StringRef> content = (*parts)[2].getAsString();
  if (!path || !attributes || !content) return std::nullopt;
  KeyFile file{.path = path->str(), .attributes = attributes->str(), .content = std::nullopt};
  if (content->empty()) return file;
  file.content = Digest::Parse(content->str());
  if (!file.content) return std::nullopt;
  return file;
}

// Each element of `array` through `read`; false when one cannot be read.
template <typename T, typename Read>
bool ReadAll(const llvm::json::Array* array, Read read, std::vector<T>& all) {
  if (array == nullptr) return false;
  for (const llvm::json::Value& value : *array) {
    std::optional<T> one = read(value);
    if (!one) return false;
    all.push_back(*std::move(one));
  }
  return true;
}

}  // namespace

const KeyComponent* FindComponent(const CacheKey& key, std::string_view name) {
  const auto found = std::ranges::find(key.components, name, &KeyComponent::name);
  return found == key.components.end() ? nullptr : &*found;
}

std::string CacheKeyToJson(const CacheKey& key) {
  llvm::json::Array components;
  for (const KeyComponent& component : key.components) {
    llvm::json::Array parts = Texts(component.values);
    parts.insert(parts.begin(), component.name);
    components.push_back(std::move(parts));
  }
  llvm::json::Array files;
  for (const KeyFile& file : key.files) {
    files.push_back(llvm::json::Array{file.path, file.attributes,
                                      file.content ? file.content->ToString() : std::string()});
  }
  llvm::json::Object object{
      {"kind", key.kind}, {"components", std::move(components)}, {"files", std::move(files)}};
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << llvm::json::Value(std::move(object));
  stream.flush();
  return text;
}

std::optional<CacheKey> CacheKeyFromJson(const Digest& digest, std::string_view json) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(json);
  if (!value) {
    llvm::consumeError(value.takeError());
    return std::nullopt;
  }
  const llvm::json::Object* const object = value->getAsObject();
  if (object == nullptr) return std::nullopt;
  CacheKey key{.digest = digest, .kind = {}, .components = {}, .files = {}};
  const std::optional<llvm::StringRef> kind = object->getString("kind");
  if (!kind) return std::nullopt;
  key.kind = kind->str();
  if (!ReadAll(object->getArray("components"), ComponentFrom, key.components) ||
      !ReadAll(object->getArray("files"), FileFrom, key.files)) {
    return std::nullopt;
  }
  return key;
}

}  // namespace cooper
