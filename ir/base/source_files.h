// The texts of one compilation, by file id.

#ifndef COOPER_IR_BASE_SOURCE_FILES_H_
#define COOPER_IR_BASE_SOURCE_FILES_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace cooper {

// One text as it was read, with the name that messages show for it.
struct SourceFile {
  std::string name;
  std::string text;
};

// Owns every source text; references stay valid as files are added.
class SourceFiles {
 public:
  // Returns the new file's id, which is its index.
  uint32_t Add(std::string name, std::string text) {
    files_.push_back({std::move(name), std::move(text)});
    return static_cast<uint32_t>(files_.size() - 1);
  }

  uint32_t size() const { return static_cast<uint32_t>(files_.size()); }
  const SourceFile& file(uint32_t id) const { return files_[id]; }

  // The text of a line (from 1) without its line end; empty beyond the file.
  std::string_view Line(uint32_t id, uint32_t line) const;

 private:
  std::deque<SourceFile> files_;
};

}  // namespace cooper

#endif  // COOPER_IR_BASE_SOURCE_FILES_H_
