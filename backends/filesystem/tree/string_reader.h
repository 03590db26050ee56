// Reads content that is in memory and belongs to somebody else.

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_STRING_READER_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_STRING_READER_H_

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include "backends/filesystem/tree/content.h"

namespace cooper {

class StringReader : public ContentReader {
 public:
  // `bytes` is borrowed for the reader's life.
  explicit StringReader(std::string_view bytes) : rest_(bytes) {}

  Result<size_t> Read(std::span<char> buffer) override {
    const size_t size = std::min(buffer.size(), rest_.size());
    std::copy_n(rest_.data(), size, buffer.data());
    rest_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view rest_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_STRING_READER_H_
