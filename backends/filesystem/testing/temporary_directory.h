// A directory for one test, opened and removed with everything in it.

#ifndef COOPER_BACKENDS_FILESYSTEM_TESTING_TEMPORARY_DIRECTORY_H_
#define COOPER_BACKENDS_FILESYSTEM_TESTING_TEMPORARY_DIRECTORY_H_

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace cooper {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "cooper-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) abort();
    path_ = name;
    fd_ = open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }
  ~TemporaryDirectory() {
    close(fd_);
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  int fd() const { return fd_; }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TESTING_TEMPORARY_DIRECTORY_H_
