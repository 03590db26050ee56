#include "backends/filesystem/tree/layer_index.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "backends/filesystem/tree/link_resolver.h"
#include "ir/base/digest.h"

namespace cooper {
namespace {

// The form: magic, version, number of entries, entries, SHA-256 of all that
// precedes it. Numbers are LEB128; strings have their length in front. Paths are
// written in full: shared prefixes would let a small input demand much memory.
constexpr std::string_view kMagic = "cooperix";
constexpr uint64_t kVersion = 1;
// One byte for each field at least.
constexpr size_t kMinEntryBytes = 13;
constexpr uint64_t kMaxXattrs = 1024;

void PutNumber(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

void PutString(std::string& out, std::string_view text) {
  PutNumber(out, text.size());
  out += text;
}

// Negative numbers alternate with positive ones, so that small ones stay short.
uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
int64_t UnZigZag(uint64_t value) { return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1)); }

void PutEntry(std::string& out, const TreeEntry& entry) {
  PutString(out, entry.path);
  PutNumber(out, static_cast<uint64_t>(entry.type));
  PutNumber(out, entry.opaque ? 1 : 0);
  PutNumber(out, entry.mode);
  PutNumber(out, entry.uid);
  PutNumber(out, entry.gid);
  PutNumber(out, entry.size_bytes);
  PutNumber(out, ZigZag(entry.mtime.seconds));
  PutNumber(out, entry.mtime.nanoseconds);
  PutString(out, entry.link);
  PutNumber(out, entry.device_major);
  PutNumber(out, entry.device_minor);
  PutNumber(out, entry.xattrs.size());
  for (const auto& [name, value] : entry.xattrs) {
    PutString(out, name);
    PutString(out, value);
  }
}

// Reads with a sticky failure: after the first fault every read gives nothing.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  bool failed() const { return failed_; }
  size_t remaining() const { return rest_.size(); }

  uint64_t Number(uint64_t max = std::numeric_limits<uint64_t>::max()) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      const uint64_t part = byte & 0x7f;
      if (shift == 63 && part > 1) break;
      value |= part << shift;
      if (byte & 0x80) continue;
      if (value > max) break;
      return value;
    }
    failed_ = true;
    return 0;
  }
  uint32_t Number32() {
    return static_cast<uint32_t>(Number(std::numeric_limits<uint32_t>::max()));
  }
  std::string String() {
    const uint64_t size = Number();
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return {};
    }
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  void Fail() { failed_ = true; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

bool IsCleanPath(std::string_view path) {
  return path.find('\0') == std::string_view::npos && CleanTreePath(path) == path;
}

TreeEntry GetEntry(Decoder& decoder) {
  TreeEntry entry;
  entry.path = decoder.String();
  entry.type = static_cast<EntryType>(decoder.Number(static_cast<uint64_t>(EntryType::kWhiteout)));
  entry.opaque = decoder.Number(1) != 0;
  entry.mode = static_cast<uint32_t>(decoder.Number(07777));
  entry.uid = decoder.Number32();
  entry.gid = decoder.Number32();
  entry.size_bytes = decoder.Number();
  entry.mtime.seconds = UnZigZag(decoder.Number());
  entry.mtime.nanoseconds = static_cast<uint32_t>(decoder.Number(999'999'999));
  entry.link = decoder.String();
  entry.device_major = decoder.Number32();
  entry.device_minor = decoder.Number32();
  const uint64_t xattrs = decoder.Number(kMaxXattrs);
  for (uint64_t i = 0; i < xattrs && !decoder.failed(); ++i) {
    std::string name = decoder.String();
    entry.xattrs.insert_or_assign(std::move(name), decoder.String());
  }
  if (!IsCleanPath(entry.path)) decoder.Fail();
  return entry;
}

Error Damaged(std::string_view what) {
  return {DiagnosticKind::kStore, "layer index: " + std::string(what)};
}

bool PathLess(const TreeEntry& entry, std::string_view path) { return TreeOrder(entry.path, path); }

}  // namespace

LayerIndex::LayerIndex(std::vector<TreeEntry> entries) : entries_(std::move(entries)) {
  const auto by_path = [](const TreeEntry& a, const TreeEntry& b) {
    return TreeOrder(a.path, b.path);
  };
  if (!std::is_sorted(entries_.begin(), entries_.end(), by_path)) {
    std::stable_sort(entries_.begin(), entries_.end(), by_path);
  }
  // Keeps the last of each run of equal paths.
  const auto same_path = [](const TreeEntry& a, const TreeEntry& b) { return a.path == b.path; };
  const auto kept = std::unique(entries_.rbegin(), entries_.rend(), same_path);
  entries_.erase(entries_.begin(), kept.base());
  LookForHiding();
}

void LayerIndex::LookForHiding() {
  // What is below an entry follows it at once.
  const auto hides = [](const TreeEntry& entry, const TreeEntry& next) {
    return (entry.type != EntryType::kDirectory || entry.opaque) && IsBelow(next.path, entry.path);
  };
  none_below_hiding_ =
      std::adjacent_find(entries_.begin(), entries_.end(), hides) == entries_.end();
}

const TreeEntry* LayerIndex::Find(std::string_view path) const {
  const auto it = std::lower_bound(entries_.begin(), entries_.end(), path, PathLess);
  return it != entries_.end() && it->path == path ? &*it : nullptr;
}

std::span<const TreeEntry> LayerIndex::Below(std::string_view directory) const {
  auto first = std::lower_bound(entries_.begin(), entries_.end(), directory, PathLess);
  if (first != entries_.end() && first->path == directory) ++first;
  const auto last = std::partition_point(first, entries_.end(), [&](const TreeEntry& entry) {
    return IsBelow(entry.path, directory);
  });
  return {first, last};
}

std::string LayerIndex::Serialize() const {
  std::string out(kMagic);
  PutNumber(out, kVersion);
  PutNumber(out, entries_.size());
  for (const TreeEntry& entry : entries_) PutEntry(out, entry);
  const Digest checksum = Digest::Of(out);
  out.append(reinterpret_cast<const char*>(checksum.bytes().data()), Digest::kBytes);
  return out;
}

Result<LayerIndex> LayerIndex::Parse(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return Damaged("not an index");
  if (bytes.size() < kMagic.size() + Digest::kBytes) return Damaged("cut short");
  const std::string_view body = bytes.substr(0, bytes.size() - Digest::kBytes);
  Decoder decoder(body.substr(kMagic.size()));
  const uint64_t version = decoder.Number();
  if (decoder.failed() || version != kVersion) {
    return Damaged("version " + std::to_string(version) + " is not " + std::to_string(kVersion));
  }
  const Digest checksum = Digest::Of(body);
  const std::string_view expected(reinterpret_cast<const char*>(checksum.bytes().data()),
                                  Digest::kBytes);
  if (bytes.substr(body.size()) != expected) return Damaged("wrong checksum");

  const uint64_t count = decoder.Number();
  if (decoder.failed() || count > decoder.remaining() / kMinEntryBytes) {
    return Damaged("more entries claimed than there is room for");
  }
  LayerIndex index;
  index.entries_.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    TreeEntry entry = GetEntry(decoder);
    if (decoder.failed()) return Damaged("malformed entry");
    if (i > 0 && !TreeOrder(index.entries_.back().path, entry.path)) {
      return Damaged("entries out of order");
    }
    index.entries_.push_back(std::move(entry));
  }
  if (decoder.remaining() != 0) return Damaged("bytes after the last entry");
  index.LookForHiding();
  return index;
}

Status IndexRecorder::Add(const TreeEntry& entry, ContentReader* content) {
  if (next_ != nullptr) COOPER_RETURN_IF_ERROR(next_->Add(entry, content));
  entries_.push_back(entry);
  return Ok();
}

}  // namespace cooper
