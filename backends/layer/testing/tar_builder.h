// Byte-exact tars, right and wrong, for unit tests.

#ifndef COOPER_BACKENDS_LAYER_TESTING_TAR_BUILDER_H_
#define COOPER_BACKENDS_LAYER_TESTING_TAR_BUILDER_H_

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "backends/filesystem/tree/content.h"

namespace cooper {

// Owns its bytes and hands them out in small and odd portions.
class BytesReader : public ContentReader {
 public:
  explicit BytesReader(std::string bytes, size_t portion = 777)
      : bytes_(std::move(bytes)), portion_(portion) {}
  Result<size_t> Read(std::span<char> buffer) override {
    const size_t size = std::min({buffer.size(), bytes_.size() - at_, portion_});
    std::copy_n(bytes_.data() + at_, size, buffer.data());
    at_ += size;
    return size;
  }

 private:
  std::string bytes_;
  size_t portion_;
  size_t at_ = 0;
};

struct TarFile {
  std::string name = {};
  char type = '0';
  std::string content = {};
  std::string link = {};
  std::string mode = "0000644";
  std::string uid = "0000000";
  std::string size = {};  // of the content when empty
  std::string mtime = "00000000001";
  std::string magic = std::string("ustar\00000", 8);
  std::string tail = {};  // from offset 329: device numbers, prefix
};

inline std::string Padded(std::string bytes) {
  bytes.resize((bytes.size() + 511) / 512 * 512, '\0');
  return bytes;
}

inline std::string TarEntry(const TarFile& file) {
  std::string block(512, '\0');
  const auto put = [&block](size_t at, std::string_view text) {
    block.replace(at, text.size(), text);
  };
  put(0, file.name);
  put(100, file.mode);
  put(108, file.uid);
  put(116, "0000000");
  put(124, file.size.empty() ? fmt::format("{:011o}", file.content.size()) : file.size);
  put(136, file.mtime);
  put(148, "        ");
  block[156] = file.type;
  put(157, file.link);
  put(257, file.magic);
  put(329, file.tail);
  unsigned sum = 0;
  for (const char byte : block) sum += static_cast<unsigned char>(byte);
  put(148, fmt::format("{:06o}", sum));
  block[154] = '\0';
  return block + Padded(file.content);
}

inline std::string PaxRecord(std::string_view key, std::string_view value) {
  size_t length = key.size() + value.size() + 3;
  while (fmt::format("{}", length).size() + key.size() + value.size() + 3 != length) ++length;
  return fmt::format("{} {}={}\n", length, key, value);
}

inline std::string PaxHeader(std::string records, char type = 'x') {
  return TarEntry({.name = "pax", .type = type, .content = std::move(records)});
}

inline std::string TarEnd() { return std::string(1024, '\0'); }

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_TESTING_TAR_BUILDER_H_
