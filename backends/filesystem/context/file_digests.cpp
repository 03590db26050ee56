#include "backends/filesystem/context/file_digests.h"

#include <algorithm>
#include <array>

namespace cooper {
namespace {

// The form: magic and version, records of one size, SHA-256 of all that precedes it.
constexpr std::string_view kMagic = "cooperfd1";
constexpr size_t kRecordBytes = 5 * sizeof(uint64_t) + 2 * sizeof(uint32_t) + Digest::kBytes + 1;

void Append(std::string& out, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

void AppendDigest(std::string& out, const Digest& digest) {
  out.append(reinterpret_cast<const char*>(digest.bytes().data()), Digest::kBytes);
}

uint64_t Take(std::string_view& bytes, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    value |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  bytes.remove_prefix(count);
  return value;
}

FileTime TakeTime(std::string_view& bytes) {
  FileTime time;
  time.seconds = static_cast<int64_t>(Take(bytes, 8));
  time.nanoseconds = static_cast<uint32_t>(Take(bytes, 4));
  return time;
}

FileTime TimeOf(const timespec& time) {
  return {.seconds = time.tv_sec, .nanoseconds = static_cast<uint32_t>(time.tv_nsec)};
}

}  // namespace

FileStamp FileStamp::Of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size_bytes = static_cast<uint64_t>(status.st_size),
          .mtime = TimeOf(status.st_mtim),
          .ctime = TimeOf(status.st_ctim)};
}

void FileDigests::Load(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  known_.clear();
  changed_ = true;
  if (!bytes.starts_with(kMagic) || bytes.size() < kMagic.size() + Digest::kBytes) return;
  std::string_view body = bytes.substr(0, bytes.size() - Digest::kBytes);
  const Digest checksum = Digest::Of(body);
  std::string expected;
  AppendDigest(expected, checksum);
  if (bytes.substr(body.size()) != expected) return;
  body.remove_prefix(kMagic.size());
  if (body.size() % kRecordBytes != 0) return;
  while (!body.empty()) {
    Known known;
    known.stamp.device = Take(body, 8);
    known.stamp.inode = Take(body, 8);
    known.stamp.size_bytes = Take(body, 8);
    known.stamp.mtime = TakeTime(body);
    known.stamp.ctime = TakeTime(body);
    std::array<uint8_t, Digest::kBytes> digest{};
    std::copy_n(body.begin(), digest.size(), digest.begin());
    body.remove_prefix(digest.size());
    known.digest = Digest(digest);
    known.plain = Take(body, 1) != 0;
    known_.insert_or_assign({known.stamp.device, known.stamp.inode}, known);
  }
  changed_ = false;
}

std::optional<Digest> FileDigests::Find(const FileStamp& stamp) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find({stamp.device, stamp.inode});
  if (found == known_.end() || found->second.stamp != stamp) return std::nullopt;
  found->second.used = true;
  return found->second.digest;
}

bool FileDigests::MayChangeUnseen(const FileTime& time) const {
  return time.seconds > now_.seconds - kTickSeconds ||
         (time.seconds == now_.seconds - kTickSeconds && time.nanoseconds >= now_.nanoseconds);
}

bool FileDigests::IsPlain(const FileStamp& stamp) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find({stamp.device, stamp.inode});
  return found != known_.end() && found->second.stamp == stamp && found->second.plain;
}

void FileDigests::Put(const FileStamp& stamp, const Digest& digest, bool plain) {
  if (MayChangeUnseen(stamp.mtime) || MayChangeUnseen(stamp.ctime)) return;
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMaxFiles && !known_.contains({stamp.device, stamp.inode})) return;
  known_.insert_or_assign({stamp.device, stamp.inode},
                          Known{.stamp = stamp, .digest = digest, .plain = plain, .used = true});
  changed_ = true;
}

bool FileDigests::changed() {
  const std::lock_guard lock(mutex_);
  return changed_ || std::any_of(known_.begin(), known_.end(),
                                 [](const auto& entry) { return !entry.second.used; });
}

std::string FileDigests::Serialize() {
  const std::lock_guard lock(mutex_);
  std::string out(kMagic);
  for (const auto& [key, known] : known_) {
    if (!known.used) continue;
    Append(out, known.stamp.device, 8);
    Append(out, known.stamp.inode, 8);
    Append(out, known.stamp.size_bytes, 8);
    for (const FileTime& time : {known.stamp.mtime, known.stamp.ctime}) {
      Append(out, static_cast<uint64_t>(time.seconds), 8);
      Append(out, time.nanoseconds, 4);
    }
    AppendDigest(out, known.digest);
    Append(out, known.plain ? 1 : 0, 1);
  }
  AppendDigest(out, Digest::Of(out));
  return out;
}

}  // namespace cooper
