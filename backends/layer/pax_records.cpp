#include "backends/layer/pax_records.h"

#include <fmt/format.h>

#include <charconv>

namespace cooper {
namespace {

constexpr std::string_view kXattr = "SCHILY.xattr.";

Error Malformed(std::string_view key, std::string_view reason) {
  return {DiagnosticKind::kLayerInvalid, fmt::format("pax record `{}` {}", key, reason)};
}

std::optional<int64_t> ParseDecimal(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  return value;
}

Result<uint64_t> ParseCount(std::string_view key, std::string_view text) {
  const std::optional<int64_t> value = ParseDecimal(text);
  if (!value || *value < 0 || text[0] == '-') return Malformed(key, "is not a number below 2^63");
  return static_cast<uint64_t>(*value);
}

Result<FileTime> ParseTime(std::string_view text) {
  const size_t point = text.find('.');
  std::string_view whole = text.substr(0, point);
  const bool negative = whole.starts_with('-');
  if (negative) whole.remove_prefix(1);
  const std::optional<int64_t> seconds = ParseDecimal(whole);
  if (!seconds || whole[0] == '-') return Malformed("mtime", "is not a decimal number");
  uint32_t nanoseconds = 0;
  if (point != std::string_view::npos) {
    uint32_t unit = 100'000'000;
    for (const char digit : text.substr(point + 1)) {
      if (digit < '0' || digit > '9') return Malformed("mtime", "is not a decimal number");
      nanoseconds += static_cast<uint32_t>(digit - '0') * unit;
      unit /= 10;
    }
  }
  if (!negative) return FileTime{*seconds, nanoseconds};
  if (nanoseconds == 0) return FileTime{-*seconds, 0};
  return FileTime{-*seconds - 1, 1'000'000'000 - nanoseconds};
}

// Version 0.1: "offset,length,offset,length".
Status ParseSparseList(std::string_view key, std::string_view text, std::vector<uint64_t>& map) {
  map.clear();
  while (!text.empty()) {
    const size_t comma = text.find(',');
    COOPER_ASSIGN_OR_RETURN(const uint64_t number, ParseCount(key, text.substr(0, comma)));
    map.push_back(number);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return Ok();
}

Status ApplySparse(std::string_view key, std::string_view value, PaxSparse& sparse) {
  if (key == "GNU.sparse.name") {
    if (value.find('\0') != std::string_view::npos) return Malformed(key, "has a zero byte");
    sparse.name = value;
    return Ok();
  }
  if (key == "GNU.sparse.map") {
    sparse.has_map = true;
    return ParseSparseList(key, value, sparse.map);
  }
  if (key == "GNU.sparse.minor") return Ok();
  COOPER_ASSIGN_OR_RETURN(const uint64_t number, ParseCount(key, value));
  if (key == "GNU.sparse.major") sparse.major = number;
  if (key == "GNU.sparse.realsize" || key == "GNU.sparse.size") sparse.real_size = number;
  if (key == "GNU.sparse.numblocks") sparse.has_map = true;
  // Version 0.0 repeats this pair of keys for each piece of data.
  if (key == "GNU.sparse.offset" || key == "GNU.sparse.numbytes") {
    if ((key == "GNU.sparse.offset") != (sparse.map.size() % 2 == 0)) {
      return Malformed(key, "is out of order");
    }
    sparse.has_map = true;
    sparse.map.push_back(number);
  }
  return Ok();
}

Status ApplyName(std::string_view key, std::string_view value, std::optional<std::string>& name) {
  if (value.find('\0') != std::string_view::npos) return Malformed(key, "has a zero byte");
  name.reset();
  if (!value.empty()) name = value;
  return Ok();
}

Status ApplyCount(std::string_view key, std::string_view value, std::optional<uint64_t>& count) {
  count.reset();
  if (value.empty()) return Ok();
  COOPER_ASSIGN_OR_RETURN(count, ParseCount(key, value));
  return Ok();
}

Status Apply(std::string_view key, std::string_view value, PaxRecords& records) {
  if (key == "path") return ApplyName(key, value, records.path);
  if (key == "linkpath") return ApplyName(key, value, records.link);
  if (key == "size") return ApplyCount(key, value, records.size_bytes);
  if (key == "uid") return ApplyCount(key, value, records.uid);
  if (key == "gid") return ApplyCount(key, value, records.gid);
  if (key == "mtime") {
    records.mtime.reset();
    if (value.empty()) return Ok();
    COOPER_ASSIGN_OR_RETURN(records.mtime, ParseTime(value));
    return Ok();
  }
  if (key.starts_with(kXattr)) {
    key.remove_prefix(kXattr.size());
    if (key.empty()) return Malformed(kXattr, "names no attribute");
    records.xattrs[std::string(key)] = value;
    return Ok();
  }
  if (key.starts_with("GNU.sparse.")) return ApplySparse(key, value, records.sparse);
  return Ok();
}

}  // namespace

Result<PaxRecords> ParsePaxRecords(std::string_view text) {
  PaxRecords records;
  while (!text.empty()) {
    // "LENGTH KEY=VALUE\n"; the length counts the whole record.
    const size_t blank = text.substr(0, 20).find(' ');
    size_t length = 0;
    const char* digits_end = text.data() + (blank == std::string_view::npos ? 0 : blank);
    const auto [end, error] = std::from_chars(text.data(), digits_end, length);
    if (blank == std::string_view::npos || error != std::errc() || end != digits_end ||
        length > text.size() || length < blank + 2 || text[length - 1] != '\n') {
      return Error(DiagnosticKind::kLayerInvalid,
                   "malformed pax header: a record's length is wrong");
    }
    const std::string_view record = text.substr(blank + 1, length - blank - 2);
    text.remove_prefix(length);
    const size_t equals = record.find('=');
    const std::string_view key = record.substr(0, equals);
    if (equals == std::string_view::npos || key.empty() ||
        key.find('\0') != std::string_view::npos) {
      return Error(DiagnosticKind::kLayerInvalid, "malformed pax header: a record has no key");
    }
    COOPER_RETURN_IF_ERROR(Apply(key, record.substr(equals + 1), records));
  }
  return records;
}

}  // namespace cooper
