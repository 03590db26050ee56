#include "backends/export/archive/tar_stream_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace cooper {
namespace {

constexpr size_t kBlockBytes = 512;
constexpr uint64_t kMaxOctalSize = 077777777777;  // 11 digits
constexpr char kFile = '0';
constexpr char kDirectory = '5';
constexpr char kPaxRecords = 'x';

using Block = std::array<char, kBlockBytes>;

// Zero-padded octal digits and a NUL (POSIX, pax, "ustar Interchange Format").
void PutOctal(Block& block, size_t offset, size_t width, uint64_t value) {
  const std::string digits = fmt::format("{:0{}o}", value, width - 1);
  std::copy(digits.begin(), digits.end(), block.begin() + static_cast<ptrdiff_t>(offset));
}

void PutText(Block& block, size_t offset, std::string_view text) {
  std::copy(text.begin(), text.end(), block.begin() + static_cast<ptrdiff_t>(offset));
}

// "<length> size=<bytes>\n", where the length counts its own digits.
std::string PaxSize(uint64_t size_bytes) {
  const std::string rest = fmt::format(" size={}\n", size_bytes);
  // Two digits: the rest is 17 to 27 bytes long.
  return fmt::format("{}{}", rest.size() + 2, rest);
}

}  // namespace

Status TarStreamWriter::WriteHeader(std::string_view name, char type, uint32_t mode,
                                    uint64_t size_bytes) {
  constexpr size_t kMaxName = 100;
  if (name.size() > kMaxName) {
    return Error(DiagnosticKind::kInternal,
                 fmt::format("the archive name `{}` has more than {} bytes", name, kMaxName));
  }
  const bool large = size_bytes > kMaxOctalSize;
  if (large) {
    const std::string records = PaxSize(size_bytes);
    COOPER_RETURN_IF_ERROR(WriteHeader("size", kPaxRecords, 0644, records.size()));
    COOPER_RETURN_IF_ERROR(output_(records));
    COOPER_RETURN_IF_ERROR(Pad(records.size()));
  }
  Block block{};
  PutText(block, 0, name);
  PutOctal(block, 100, 8, mode);
  PutOctal(block, 108, 8, 0);                        // uid
  PutOctal(block, 116, 8, 0);                        // gid
  PutOctal(block, 124, 12, large ? 0 : size_bytes);  // the pax record's size wins
  PutOctal(block, 136, 12, 0);                       // mtime
  PutText(block, 148, "        ");                   // the checksum counts itself as blanks
  block[156] = type;
  PutText(block, 257, std::string_view("ustar\00000", 8));
  PutOctal(block, 329, 8, 0);  // device numbers
  PutOctal(block, 337, 8, 0);
  uint32_t sum = 0;
  for (const char byte : block) sum += static_cast<unsigned char>(byte);
  PutOctal(block, 148, 7, sum);  // six digits, a NUL, and a blank that is there
  block[154] = '\0';
  return output_({block.data(), block.size()});
}

Status TarStreamWriter::Pad(uint64_t size_bytes) {
  static constexpr Block kZeros{};
  const size_t over = static_cast<size_t>(size_bytes % kBlockBytes);
  if (over == 0) return Ok();
  return output_({kZeros.data(), kBlockBytes - over});
}

Status TarStreamWriter::AddDirectory(std::string_view name) {
  return WriteHeader(name, kDirectory, 0755, 0);
}

Status TarStreamWriter::AddFile(std::string_view name, std::string_view bytes) {
  return AddFile(name, bytes.size(), [bytes](const BytesOutput& output) { return output(bytes); });
}

Status TarStreamWriter::AddFile(std::string_view name, uint64_t size_bytes,
                                const std::function<Status(const BytesOutput&)>& send) {
  COOPER_RETURN_IF_ERROR(WriteHeader(name, kFile, 0644, size_bytes));
  uint64_t sent = 0;
  COOPER_RETURN_IF_ERROR(send([&](std::string_view bytes) {
    sent += bytes.size();
    return output_(bytes);
  }));
  if (sent != size_bytes) {
    return Error(
        DiagnosticKind::kInternal,
        fmt::format("`{}` was to have {} bytes in the archive but got {}", name, size_bytes, sent));
  }
  return Pad(size_bytes);
}

Status TarStreamWriter::Finish() {
  static constexpr std::array<char, 2 * kBlockBytes> kEnd{};
  return output_({kEnd.data(), kEnd.size()});
}

}  // namespace cooper
