#include "backends/layer/tar_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr size_t kNameMax = 255;                         // one name, Linux NAME_MAX
constexpr uint64_t kPaxHeaderBytes = uint64_t{1} << 20;  // besides xattrs
constexpr uint64_t kMaxId = 0xfffffffe;                  // -1 means "leave as is" to chown

Error Invalid(std::string_view path, std::string_view reason) {
  return {DiagnosticKind::kLayerInvalid, fmt::format("entry `{}` {}", path, reason)};
}

std::string ToHeaderName(std::string text) {
  text.resize(std::min(text.size(), text.find('\0')));
  return text;
}

std::optional<EntryType> TypeOf(const TarFields& fields) {
  switch (fields.type) {
    case '\0':
      // Before POSIX, a trailing slash made a directory.
      if (fields.name.ends_with('/')) return EntryType::kDirectory;
      return EntryType::kFile;
    case '0':
    case '7':  // contiguous; POSIX says to take it as a file
    case 'S':
      return EntryType::kFile;
    case '1':
      return EntryType::kHardLink;
    case '2':
      return EntryType::kSymlink;
    case '3':
      return EntryType::kCharDevice;
    case '4':
      return EntryType::kBlockDevice;
    case '5':
      return EntryType::kDirectory;
    case '6':
      return EntryType::kFifo;
    default:
      return std::nullopt;
  }
}

}  // namespace

TarReader::TarReader(std::unique_ptr<ContentReader> source, const ArchiveLimits& limits)
    : limits_(limits),
      stream_(std::move(source), limits.expanded_bytes),
      expanded_left_(limits.expanded_bytes) {}

Result<std::optional<TarFields>> TarReader::NextHeader() {
  COOPER_RETURN_IF_ERROR(stream_.Skip(data_left_ + padding_));
  data_left_ = 0;
  padding_ = 0;
  for (bool zero_before = false;; zero_before = true) {
    COOPER_ASSIGN_OR_RETURN(const size_t size, stream_.ReadFull(block_));
    if (size == 0) return std::optional<TarFields>();
    if (size < block_.size()) {
      return Error(DiagnosticKind::kLayerInvalid, "the archive is cut off inside a header");
    }
    const bool zero = IsZeroBlock(block_);
    if (zero && zero_before) return std::optional<TarFields>();
    if (zero) continue;
    if (zero_before) {
      return Error(DiagnosticKind::kLayerInvalid, "an entry follows a lone zero block");
    }
    COOPER_ASSIGN_OR_RETURN(TarFields fields, ParseTarFields(block_));
    return std::optional<TarFields>(std::move(fields));
  }
}

Result<std::string> TarReader::ReadPayload(uint64_t size, uint64_t limit, const char* what) {
  if (size > limit) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("{} of {} bytes; the limit is {}", what, size, limit));
  }
  std::string payload(size, '\0');
  COOPER_ASSIGN_OR_RETURN(const size_t got, stream_.ReadFull(payload));
  if (got < size) return Error(DiagnosticKind::kLayerInvalid, "the archive is cut off");
  padding_ = TarPadding(size);
  return payload;
}

Status TarReader::TakeExtension(const TarFields& fields, Pending& pending) {
  if (fields.type == 'L' || fields.type == 'K') {
    COOPER_ASSIGN_OR_RETURN(std::string name,
                            ReadPayload(fields.size_bytes, limits_.path_bytes + 1, "a name"));
    (fields.type == 'L' ? pending.long_name : pending.long_link) = ToHeaderName(std::move(name));
    return Ok();
  }
  COOPER_ASSIGN_OR_RETURN(
      const std::string text,
      ReadPayload(fields.size_bytes, limits_.xattr_bytes + kPaxHeaderBytes, "a pax header"));
  COOPER_ASSIGN_OR_RETURN(PaxRecords records, ParsePaxRecords(text));
  if (fields.type == 'x') {
    pending.pax = std::move(records);
  } else if (records.Overrides()) {
    // Tools disagree on what these mean for later entries; `git archive` writes a comment.
    return Error(DiagnosticKind::kLayerInvalid,
                 "a global pax header changes names or metadata of all entries");
  }
  return Ok();
}

Result<std::optional<TreeEntry>> TarReader::Next() {
  Pending pending;
  while (!ended_) {
    COOPER_ASSIGN_OR_RETURN(std::optional<TarFields> fields, NextHeader());
    if (!fields) {
      ended_ = true;
      if (pending.any()) {
        return Error(DiagnosticKind::kLayerInvalid, "the archive ends behind an extended header");
      }
      break;
    }
    if (++entries_ > limits_.entries) {
      return Error(DiagnosticKind::kLimitExceeded,
                   fmt::format("the archive has more than {} entries, the limit", limits_.entries));
    }
    if (std::string_view("LKxg").find(fields->type) != std::string_view::npos) {
      COOPER_RETURN_IF_ERROR(TakeExtension(*fields, pending));
      continue;
    }
    COOPER_ASSIGN_OR_RETURN(TreeEntry entry, MakeEntry(*fields, std::move(pending)));
    return std::optional<TreeEntry>(std::move(entry));
  }
  return std::optional<TreeEntry>();
}

Result<TreeEntry> TarReader::MakeEntry(const TarFields& header, Pending pending) {
  TarFields fields = header;
  const PaxRecords pax = pending.pax.value_or(PaxRecords());
  if (pending.long_name) fields.name = *std::move(pending.long_name);
  if (pending.long_link) fields.link = *std::move(pending.long_link);
  if (pax.path) fields.name = *pax.path;
  if (pax.link) fields.link = *pax.link;
  fields.uid = pax.uid.value_or(fields.uid);
  fields.gid = pax.gid.value_or(fields.gid);

  TreeEntry entry;
  const std::optional<EntryType> type = TypeOf(fields);
  if (!type) {
    return Invalid(fields.name, fmt::format("has type `{}`, which is none of tar's",
                                            EscapeForTerminal(std::string_view(&fields.type, 1))));
  }
  entry.type = *type;
  if (entry.type == EntryType::kFile) {
    COOPER_RETURN_IF_ERROR(StartContent(fields, pax, entry));
  }
  if (fields.name.empty()) return Invalid("", "has an empty name");
  entry.path = CleanTreePath(fields.name);
  entry.mode = static_cast<uint32_t>(fields.mode & 07777);
  if (fields.uid > kMaxId || fields.gid > kMaxId) {
    return Invalid(entry.path,
                   fmt::format("has owner {}:{}; the limit is {}", fields.uid, fields.gid, kMaxId));
  }
  entry.uid = static_cast<uint32_t>(fields.uid);
  entry.gid = static_cast<uint32_t>(fields.gid);
  entry.mtime = pax.mtime.value_or(FileTime{.seconds = fields.mtime});
  if (entry.type == EntryType::kSymlink) {
    entry.mode = 0777;
    entry.link = fields.link;
  }
  if (entry.type == EntryType::kHardLink) entry.link = CleanTreePath(fields.link);
  if (fields.device_major > UINT32_MAX || fields.device_minor > UINT32_MAX) {
    return Invalid(entry.path, "has device numbers of more than 32 bits");
  }
  entry.device_major = static_cast<uint32_t>(fields.device_major);
  entry.device_minor = static_cast<uint32_t>(fields.device_minor);
  entry.xattrs = pax.xattrs;
  COOPER_RETURN_IF_ERROR(CheckNames(entry));
  return entry;
}

Status TarReader::StartContent(TarFields& fields, const PaxRecords& pax, TreeEntry& entry) {
  // Positions come before any check of names, so that skipping stays in step.
  const uint64_t size = pax.size_bytes.value_or(fields.size_bytes);
  padding_ = TarPadding(size);
  position_ = 0;
  extent_ = 0;
  if (fields.type == 'S') {
    COOPER_ASSIGN_OR_RETURN(map_, ReadOldSparseMap(block_, size, stream_));
  } else if (pax.sparse.present()) {
    COOPER_ASSIGN_OR_RETURN(map_, ReadPaxSparseMap(pax.sparse, size, stream_));
    if (pax.sparse.name) fields.name = *pax.sparse.name;
  } else {
    map_ = SparseMap{
        .extents = {{.offset = 0, .length = size}}, .real_size = size, .data_bytes = size};
  }
  data_left_ = map_.data_bytes;
  entry.size_bytes = map_.real_size;
  if (map_.real_size > expanded_left_) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("entry `{}` of {} bytes takes the archive over {} expanded bytes, the "
                             "limit",
                             fields.name, map_.real_size, limits_.expanded_bytes));
  }
  expanded_left_ -= map_.real_size;
  return Ok();
}

Status TarReader::CheckNames(const TreeEntry& entry) const {
  const std::string shown = entry.path.substr(0, kNameMax);
  const bool link = entry.type == EntryType::kSymlink || entry.type == EntryType::kHardLink;
  if (entry.path.size() > limits_.path_bytes || entry.link.size() > limits_.path_bytes) {
    return Error(
        DiagnosticKind::kLimitExceeded,
        fmt::format("entry `{}...` has a name or link target of {} bytes; the limit is {}", shown,
                    std::max(entry.path.size(), entry.link.size()), limits_.path_bytes));
  }
  for (size_t at = 0; at < entry.path.size();) {
    const size_t end = std::min(entry.path.find('/', at), entry.path.size());
    if (end - at > kNameMax) {
      return Error(DiagnosticKind::kLimitExceeded,
                   fmt::format("entry `{}...` has a name of {} bytes; the limit is {}", shown,
                               end - at, kNameMax));
    }
    at = end + 1;
  }
  if (entry.path.empty() && entry.type != EntryType::kDirectory) {
    return Invalid("/", "would replace the root directory");
  }
  if (link && entry.link.empty()) return Invalid(entry.path, "is a link without a target");
  if (entry.type == EntryType::kHardLink && entry.link == entry.path) {
    return Invalid(entry.path, "is a hard link to itself");
  }
  uint64_t xattr_bytes = 0;
  for (const auto& [key, value] : entry.xattrs) xattr_bytes += key.size() + value.size();
  if (xattr_bytes > limits_.xattr_bytes) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("entry `{}` has {} bytes of extended attributes; the limit is {}",
                             shown, xattr_bytes, limits_.xattr_bytes));
  }
  return Ok();
}

Result<size_t> TarReader::ReadContent(std::span<char> buffer) {
  const uint64_t left = map_.real_size - position_;
  size_t size = static_cast<size_t>(std::min<uint64_t>(buffer.size(), left));
  if (size == 0) return size_t{0};
  while (extent_ < map_.extents.size() &&
         position_ >= map_.extents[extent_].offset + map_.extents[extent_].length) {
    ++extent_;
  }
  const bool behind = extent_ == map_.extents.size();
  if (behind || position_ < map_.extents[extent_].offset) {
    if (!behind) size = std::min<uint64_t>(size, map_.extents[extent_].offset - position_);
    std::memset(buffer.data(), 0, size);
  } else {
    size = std::min<uint64_t>(size, data_left_);
    COOPER_ASSIGN_OR_RETURN(
        size, stream_.Read(buffer.first(std::min<uint64_t>(
                  size, map_.extents[extent_].offset + map_.extents[extent_].length - position_))));
    if (size == 0) {
      return Error(DiagnosticKind::kLayerInvalid, "the archive is cut off inside a file");
    }
    data_left_ -= size;
  }
  position_ += size;
  return size;
}

Result<Digest> TarReader::Finish() {
  if (!ended_) return Error(DiagnosticKind::kInternal, "the archive was not read to its end");
  return stream_.Finish();
}

}  // namespace cooper
