#include "backends/layer/tar_fields.h"

#include <fmt/format.h>

#include <algorithm>

namespace cooper {
namespace {

std::string_view Field(TarBlock block, size_t offset, size_t width) {
  return {block.data() + offset, width};
}

std::string_view Text(TarBlock block, size_t offset, size_t width) {
  const std::string_view field = Field(block, offset, width);
  return field.substr(0, field.find('\0'));
}

Error BadNumber(std::string_view what, std::string_view reason) {
  return {DiagnosticKind::kLayerInvalid, fmt::format("tar header: {} {}", what, reason)};
}

// GNU's base-256: big endian two's complement below the marker bit.
Result<int64_t> ParseBase256(std::string_view field, std::string_view what) {
  const bool negative = (static_cast<unsigned char>(field[0]) & 0x40) != 0;
  const unsigned char fill = negative ? 0xff : 0;
  uint64_t value = negative ? ~uint64_t{0} : 0;
  for (size_t i = 0; i < field.size(); ++i) {
    auto byte = static_cast<unsigned char>(field[i]);
    if (i == 0) byte = negative ? byte | 0x80 : byte & 0x7f;
    if (field.size() - i > sizeof value) {
      if (byte != fill) return BadNumber(what, "has more than 63 bits");
      continue;
    }
    value = value << 8 | byte;
  }
  if ((value >> 63 != 0) != negative) return BadNumber(what, "has more than 63 bits");
  return static_cast<int64_t>(value);
}

Result<int64_t> ParseNumber(std::string_view field, std::string_view what) {
  if ((static_cast<unsigned char>(field[0]) & 0x80) != 0) return ParseBase256(field, what);
  field.remove_prefix(std::min(field.find_first_not_of(' '), field.size()));
  const size_t end = std::min(field.find_first_of(std::string_view("\0 ", 2)), field.size());
  int64_t value = 0;
  for (const char digit : field.substr(0, end)) {  // 12 octal digits at most
    if (digit < '0' || digit > '7') return BadNumber(what, "is not an octal number");
    value = value << 3 | (digit - '0');
  }
  if (field.substr(end).find_first_not_of(std::string_view("\0 ", 2)) != std::string_view::npos) {
    return BadNumber(what, "is not an octal number");
  }
  return value;
}

}  // namespace

bool IsZeroBlock(TarBlock block) {
  return std::all_of(block.begin(), block.end(), [](char byte) { return byte == 0; });
}

bool HasTarChecksum(TarBlock block) {
  int64_t of_unsigned = 0;
  int64_t of_signed = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    const char byte = i >= 148 && i < 156 ? ' ' : block[i];
    of_unsigned += static_cast<unsigned char>(byte);
    of_signed += static_cast<signed char>(byte);
  }
  const Result<int64_t> stated = ParseNumber(Field(block, 148, 8), "checksum");
  return stated.ok() && (*stated == of_unsigned || *stated == of_signed);
}

Result<uint64_t> ParseTarNumber(std::string_view field, std::string_view what) {
  COOPER_ASSIGN_OR_RETURN(const int64_t value, ParseNumber(field, what));
  if (value < 0) return BadNumber(what, "is negative");
  return static_cast<uint64_t>(value);
}

Result<TarFields> ParseTarFields(TarBlock block) {
  if (!HasTarChecksum(block)) {
    return Error(DiagnosticKind::kLayerInvalid, "tar header with a wrong checksum");
  }
  TarFields fields;
  fields.name = Text(block, 0, 100);
  fields.link = Text(block, 157, 100);
  fields.type = block[156];
  COOPER_ASSIGN_OR_RETURN(fields.mode, ParseTarNumber(Field(block, 100, 8), "mode"));
  COOPER_ASSIGN_OR_RETURN(fields.uid, ParseTarNumber(Field(block, 108, 8), "uid"));
  COOPER_ASSIGN_OR_RETURN(fields.gid, ParseTarNumber(Field(block, 116, 8), "gid"));
  COOPER_ASSIGN_OR_RETURN(fields.size_bytes, ParseTarNumber(Field(block, 124, 12), "size"));
  COOPER_ASSIGN_OR_RETURN(fields.mtime, ParseNumber(Field(block, 136, 12), "mtime"));

  const std::string_view magic = Field(block, 257, 6);
  const bool posix = magic == std::string_view("ustar\0", 6);
  const bool gnu = magic == "ustar ";
  if (!posix && !gnu) return fields;  // v7 has nothing behind the link name
  if (fields.type == '3' || fields.type == '4') {
    COOPER_ASSIGN_OR_RETURN(fields.device_major,
                            ParseTarNumber(Field(block, 329, 8), "device number"));
    COOPER_ASSIGN_OR_RETURN(fields.device_minor,
                            ParseTarNumber(Field(block, 337, 8), "device number"));
  }
  if (posix) {
    // star keeps times in the last part of the prefix.
    const bool star = Field(block, 508, 4) == std::string_view("tar\0", 4);
    const std::string_view prefix = Text(block, 345, star ? 131 : 155);
    if (!prefix.empty()) fields.name = fmt::format("{}/{}", prefix, fields.name);
  }
  return fields;
}

}  // namespace cooper
