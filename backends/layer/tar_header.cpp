#include "backends/layer/tar_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace cooper {
namespace {

constexpr uint64_t kMaxOctal7 = 07777777;       // 7 digits: mode, ids, device numbers
constexpr uint64_t kMaxOctal11 = 077777777777;  // 11 digits: size, mtime
constexpr size_t kNameBytes = 100;
constexpr size_t kPrefixBytes = 155;

// The fields of a ustar header as far as cooper fills them; the rest is zero.
struct Header {
  std::string_view name;
  std::string_view prefix;
  std::string_view link;
  char type = '0';
  uint64_t mode = 0;
  uint64_t uid = 0;
  uint64_t gid = 0;
  uint64_t size = 0;
  uint64_t mtime = 0;
  uint64_t major = 0;
  uint64_t minor = 0;
  bool device = false;
};

using Block = std::array<char, kTarBlock>;

void PutText(Block& block, size_t offset, size_t width, std::string_view text) {
  std::copy_n(text.data(), std::min(width, text.size()), block.data() + offset);
}

// `width` counts the terminating NUL.
void PutOctal(Block& block, size_t offset, size_t width, uint64_t value) {
  for (size_t i = width - 1; i-- > 0;) {
    block[offset + i] = static_cast<char>('0' + (value & 7));
    value >>= 3;
  }
}

void AppendBlock(const Header& header, std::string& out) {
  Block block{};
  PutText(block, 0, kNameBytes, header.name);
  PutOctal(block, 100, 8, header.mode);
  PutOctal(block, 108, 8, header.uid);
  PutOctal(block, 116, 8, header.gid);
  PutOctal(block, 124, 12, header.size);
  PutOctal(block, 136, 12, header.mtime);
  std::memset(block.data() + 148, ' ', 8);
  block[156] = header.type;
  PutText(block, 157, kNameBytes, header.link);
  std::memcpy(block.data() + 257, "ustar\00000", 8);
  if (header.device) {
    PutOctal(block, 329, 8, header.major);
    PutOctal(block, 337, 8, header.minor);
  }
  PutText(block, 345, kPrefixBytes, header.prefix);
  uint64_t sum = 0;
  for (const char byte : block) sum += static_cast<unsigned char>(byte);
  PutOctal(block, 148, 7, sum);  // six digits, a NUL, and the blank that is there
  block[154] = '\0';
  out.append(block.data(), block.size());
}

// "LENGTH KEY=VALUE\n", where LENGTH counts itself.
void AppendRecord(std::string_view key, std::string_view value, std::string& out) {
  const size_t rest = key.size() + value.size() + 3;
  size_t length = rest + 1;
  while (length != rest + std::to_string(length).size()) {
    length = rest + std::to_string(length).size();
  }
  fmt::format_to(std::back_inserter(out), "{} ", length);
  out.append(key).append("=").append(value).append("\n");
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return byte > 0; });
}

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4) return false;
    for (int k = 0; k < more; ++k, ++i) {
      if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return false;
    }
  }
  return true;
}

// Splits a long name at a slash into ustar's prefix and name.
bool SplitName(std::string_view path, Header& header) {
  if (path.size() <= kNameBytes) {
    header.name = path;
    return true;
  }
  const size_t last = std::min(kPrefixBytes, path.size() - 2);
  const size_t slash = path.rfind('/', last);
  if (slash == std::string_view::npos || slash == 0 || path.size() - slash - 1 > kNameBytes) {
    return false;
  }
  header.prefix = path.substr(0, slash);
  header.name = path.substr(slash + 1);
  return true;
}

std::string FormatTime(const FileTime& time) {
  if (time.nanoseconds == 0) return std::to_string(time.seconds);
  // pax writes -1.25 for 1.25 s before 1970; FileTime counts nanoseconds upwards.
  const bool negative = time.seconds < 0;
  const int64_t whole = negative ? time.seconds + 1 : time.seconds;
  const uint32_t part = negative ? 1'000'000'000 - time.nanoseconds : time.nanoseconds;
  std::string text = fmt::format("{}{}.{:09}", negative && whole == 0 ? "-" : "", whole, part);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

char TypeFlag(EntryType type) {
  switch (type) {
    case EntryType::kHardLink:
      return '1';
    case EntryType::kSymlink:
      return '2';
    case EntryType::kCharDevice:
      return '3';
    case EntryType::kBlockDevice:
      return '4';
    case EntryType::kDirectory:
      return '5';
    case EntryType::kFifo:
      return '6';
    case EntryType::kFile:
    case EntryType::kWhiteout:
      break;
  }
  return '0';
}

// Emits `header`, whose name and link fields this fills from `path` and `link`,
// after the pax header that holds `records` and what else ustar cannot say.
void AppendWithRecords(std::string_view path, std::string_view link, std::string records,
                       Header header, std::string& out) {
  const bool utf8 = IsUtf8(path) && IsUtf8(link);
  std::string names;
  // Names that are not UTF-8 are not pax values by default; ustar takes any bytes.
  if (!SplitName(path, header) || (utf8 && !IsAscii(path))) {
    AppendRecord("path", path, names);
    header.prefix = {};
    header.name = path.substr(0, kNameBytes);
  }
  header.link = link.substr(0, kNameBytes);
  if (link.size() > kNameBytes || (utf8 && !IsAscii(link))) AppendRecord("linkpath", link, names);
  if (!names.empty() && !utf8) names.insert(0, "21 hdrcharset=BINARY\n");
  records.insert(0, names);
  if (!records.empty()) {
    Header pax;
    pax.name = "PaxHeaders.0/entry";
    pax.type = 'x';
    pax.mode = 0644;
    pax.size = records.size();
    AppendBlock(pax, out);
    out.append(records).append(TarPadding(records.size()), '\0');
  }
  AppendBlock(header, out);
}

Status CheckNames(const TreeEntry& entry) {
  const std::string_view path = entry.path;
  for (size_t at = 0; at != std::string_view::npos && at < path.size();) {
    if (path.substr(at).starts_with(kWhiteoutPrefix)) {
      return Error(DiagnosticKind::kUnsupported,
                   fmt::format("`{}` cannot be in a layer, where names that begin with `.wh.` mark "
                               "deletions; rename it",
                               path));
    }
    const size_t slash = path.find('/', at);
    at = slash == std::string_view::npos ? slash : slash + 1;
  }
  if (path.find('\0') != std::string_view::npos || entry.link.find('\0') != std::string::npos) {
    return Error(DiagnosticKind::kInternal, fmt::format("`{}` has a zero byte in its name", path));
  }
  return Ok();
}

}  // namespace

Status AppendTarHeader(const TreeEntry& entry, std::string& out) {
  COOPER_RETURN_IF_ERROR(CheckNames(entry));
  const size_t slash = entry.path.rfind('/');
  const size_t name_at = slash == std::string::npos ? 0 : slash + 1;
  if (entry.type == EntryType::kWhiteout) {
    std::string marked = entry.path;
    marked.insert(name_at, kWhiteoutPrefix);
    AppendWithRecords(marked, {}, {}, Header{}, out);
    return Ok();
  }

  Header header;
  header.type = TypeFlag(entry.type);
  header.mode = entry.mode & 07777;
  std::string records;
  if (entry.mtime.nanoseconds == 0 && entry.mtime.seconds >= 0 &&
      static_cast<uint64_t>(entry.mtime.seconds) <= kMaxOctal11) {
    header.mtime = static_cast<uint64_t>(entry.mtime.seconds);
  } else {
    header.mtime = static_cast<uint64_t>(std::clamp<int64_t>(entry.mtime.seconds, 0, kMaxOctal11));
    AppendRecord("mtime", FormatTime(entry.mtime), records);
  }
  const auto number = [&records](std::string_view key, uint64_t value, uint64_t limit) {
    if (value <= limit) return value;
    AppendRecord(key, std::to_string(value), records);
    return uint64_t{0};
  };
  if (entry.type == EntryType::kFile) header.size = number("size", entry.size_bytes, kMaxOctal11);
  header.uid = number("uid", entry.uid, kMaxOctal7);
  header.gid = number("gid", entry.gid, kMaxOctal7);
  if (entry.type == EntryType::kCharDevice || entry.type == EntryType::kBlockDevice) {
    if (entry.device_major > kMaxOctal7 || entry.device_minor > kMaxOctal7) {
      return Error(DiagnosticKind::kUnsupported,
                   fmt::format("device numbers {}:{} of `{}` are beyond the tar format's limit {}",
                               entry.device_major, entry.device_minor, entry.path, kMaxOctal7));
    }
    header.device = true;
    header.major = entry.device_major;
    header.minor = entry.device_minor;
  }
  for (const auto& [key, value] : entry.xattrs) {
    if (key.find('=') != std::string::npos) {
      return Error(DiagnosticKind::kUnsupported,
                   fmt::format("extended attribute `{}` of `{}` has `=` in its name, which a layer "
                               "cannot hold; remove it",
                               key, entry.path));
    }
    AppendRecord("SCHILY.xattr." + key, value, records);
  }
  const bool directory = entry.type == EntryType::kDirectory;
  std::string path = entry.path.empty() ? "." : entry.path;
  if (directory) path += '/';
  AppendWithRecords(path, entry.link, std::move(records), header, out);
  if (directory && entry.opaque) {
    std::string mark = entry.path.empty() ? "" : entry.path + "/";
    mark += kOpaqueMark;
    AppendWithRecords(mark, {}, {}, Header{}, out);
  }
  return Ok();
}

}  // namespace cooper
