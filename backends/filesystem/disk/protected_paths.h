// Places of a root that nobody may touch: mount points, and files that this program
// needs while it builds in its own root.
//
// Immutable once filled; may then be read from several threads.

#ifndef COOPER_BACKENDS_FILESYSTEM_DISK_PROTECTED_PATHS_H_
#define COOPER_BACKENDS_FILESYSTEM_DISK_PROTECTED_PATHS_H_

#include <set>
#include <string>
#include <string_view>

namespace cooper {

class ProtectedPaths {
 public:
  // `path` is absolute or relative to the root; the root itself protects nothing.
  void Add(std::string_view path);
  // Every mount point of a text in the form of /proc/PID/mountinfo (proc(5)).
  void AddMountPoints(std::string_view mountinfo);

  // Whether the clean relative `path` is one of them or below one.
  bool Covers(std::string_view path) const;
  // Whether one of them is strictly below the directory `path`, which must then stay.
  bool IsAbove(std::string_view path) const;
  bool empty() const { return paths_.empty(); }

 private:
  std::set<std::string, std::less<>> paths_;  // clean, relative
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DISK_PROTECTED_PATHS_H_
