#include "backends/sandbox/stub_paths.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

ScopedFd OpenBeneath(int directory, const std::string& path, uint64_t flags) {
  struct open_how how = {};
  how.flags = flags | O_CLOEXEC | O_NOFOLLOW;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return ScopedFd(
      static_cast<int>(syscall(SYS_openat2, directory, path.c_str(), &how, sizeof(how))));
}

// Whether every entry of the directory is one of `stubs`.
bool HoldsOnlyStubs(ScopedFd directory, const std::string& path,
                    const std::set<std::string>& stubs) {
  DIR* const stream = fdopendir(directory.get());
  if (stream == nullptr) return false;
  directory.Release();  // now the stream's
  bool only_stubs = true;
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    only_stubs &= stubs.contains(path + "/" + std::string(name));
  }
  closedir(stream);
  return only_stubs;
}

}  // namespace

std::vector<std::string> RemainingStubs(const std::string& upper_dir,
                                        std::vector<std::string> made) {
  const ScopedFd upper(open(upper_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // What is deepest comes first: a directory goes by what its own entries are.
  std::sort(made.begin(), made.end(), std::greater<>());
  std::set<std::string> stubs;
  for (const std::string& path : made) {
    const ScopedFd node = OpenBeneath(upper.get(), path, O_PATH);
    struct stat status;
    if (!node.ok() || fstat(node.get(), &status) != 0) continue;
    if (S_ISDIR(status.st_mode) &&
        !HoldsOnlyStubs(OpenBeneath(upper.get(), path, O_RDONLY | O_DIRECTORY), path, stubs)) {
      continue;
    }
    // A file that the step wrote to in some way is no empty stub any more.
    if (S_ISREG(status.st_mode) && status.st_size != 0) continue;
    stubs.insert(path);
  }
  return {stubs.begin(), stubs.end()};
}

std::vector<std::string> NotInImage(const std::vector<std::string>& lower_dirs,
                                    std::span<const std::string_view> names) {
  std::vector<std::string> missing;
  for (const std::string_view name : names) {
    struct stat status = {};  // of no type until a layer has the name, be it as a whiteout
    for (const std::string& lower : lower_dirs) {
      if (lstat((lower + "/" + std::string(name)).c_str(), &status) == 0) break;
      status = {};
    }
    if (!S_ISDIR(status.st_mode)) missing.emplace_back(name);
  }
  return missing;
}

}  // namespace cooper
