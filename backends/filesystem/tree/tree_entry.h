// One entry of a file tree or a layer, without its content.

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_TREE_ENTRY_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_TREE_ENTRY_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace cooper {

enum class EntryType : uint8_t {
  kFile,
  kDirectory,
  kSymlink,
  kHardLink,  // another name of the file at `link`
  kCharDevice,
  kBlockDevice,
  kFifo,
  kWhiteout,  // removes what lower layers have at `path`
};

// Seconds and nanoseconds since 1970; may be negative.
struct FileTime {
  int64_t seconds = 0;
  uint32_t nanoseconds = 0;

  friend bool operator==(const FileTime&, const FileTime&) = default;
};

struct TreeEntry {
  // Relative to the root, clean, without a leading or trailing slash; "" is the
  // root directory itself. Bytes, not necessarily UTF-8.
  std::string path;
  EntryType type = EntryType::kFile;
  bool opaque = false;  // a directory that hides what lower layers have below it
  uint32_t mode = 0;    // permission, set-id and sticky bits: 07777
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size_bytes = 0;  // of a file's content
  FileTime mtime;
  std::string link;  // symlink: target as written; hard link: path of the first name
  uint32_t device_major = 0;
  uint32_t device_minor = 0;
  std::map<std::string, std::string> xattrs;  // "security.capability", "user.x"

  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

// A directory that nothing says more about: mode 0755, of root, without a time.
TreeEntry PlainDirectory(std::string_view path);

// Whether path `a` comes before `b` in tree order: compared name by name, so
// that everything below a directory follows it at once.
bool TreeOrder(std::string_view a, std::string_view b);

// "a//./b/../c/" -> "a/c"; `..` stops at the root. Leading slashes go.
std::string CleanTreePath(std::string_view path);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_TREE_ENTRY_H_
