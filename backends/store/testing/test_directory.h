// A directory that a unit test may fill, removed with everything in it at the end.

#ifndef COOPER_BACKENDS_STORE_TESTING_TEST_DIRECTORY_H_
#define COOPER_BACKENDS_STORE_TESTING_TEST_DIRECTORY_H_

#include <fcntl.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "backends/store/directory/file_calls.h"
#include "backends/store/directory/tree_removal.h"

namespace cooper {

// RemoveTree of a path.
inline int RemoveTestTree(const std::string& path) {
  const std::filesystem::path whole(path);
  const ScopedFd parent(open(whole.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return RemoveTree(parent.get(), whole.filename().string());
}

class TestDirectory {
 public:
  TestDirectory() {
    path_ = std::filesystem::temp_directory_path().string() + "/cooper-test-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) abort();
    path_ = std::filesystem::canonical(path_).string();
  }
  ~TestDirectory() { RemoveTestTree(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

inline void WriteTestFile(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::string ReadTestFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// How many entries a directory has.
inline size_t CountEntries(const std::string& path) {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path)) ++count;
  return count;
}

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_TESTING_TEST_DIRECTORY_H_
