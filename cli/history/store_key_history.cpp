#include "cli/history/store_key_history.h"

namespace cooper {
namespace {

std::optional<CacheKey> KeyOf(const std::optional<KeyRecord>& record) {
  return record ? CacheKeyFromJson(record->key, record->text) : std::nullopt;
}

}  // namespace

std::optional<CacheKey> StoreKeyHistory::Find(const Digest& key) {
  return KeyOf(history_.FindKey(key));
}

std::optional<CacheKey> StoreKeyHistory::Newest(const Vertex& vertex) {
  return KeyOf(history_.NewestKey(project_, vertex.metadata.display_name, vertex.name));
}

}  // namespace cooper
