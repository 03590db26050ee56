// The digests of files that were read before, so that files that nobody has touched
// since need not be read again.
//
// A file is known by what the kernel says of it: size and times alone could be set
// back, but not the time of the last change of its inode (ctime). May be used from
// several threads.

#ifndef COOPER_BACKENDS_FILESYSTEM_CONTEXT_FILE_DIGESTS_H_
#define COOPER_BACKENDS_FILESYSTEM_CONTEXT_FILE_DIGESTS_H_

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/digest.h"

namespace cooper {

struct FileStamp {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size_bytes = 0;
  FileTime mtime;
  FileTime ctime;

  static FileStamp Of(const struct stat& status);
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

class FileDigests {
 public:
  // Beyond this nothing more is remembered.
  static constexpr size_t kMaxFiles = 1'000'000;
  // A file may change again without a new time as long as its clock does not tick. No
  // file system's clock is coarser than this (FAT), and a tick of a server's may come
  // late.
  static constexpr int64_t kTickSeconds = 2;

  // `now`: not later than any stamp was taken. A file that changed less than a tick
  // before is not remembered.
  explicit FileDigests(FileTime now) : now_(now) {}

  // Takes over what Serialize wrote. Anything else is as good as nothing.
  void Load(std::string_view bytes);

  std::optional<Digest> Find(const FileStamp& stamp);
  // `digest`: of the bytes read after the stamp was taken. If the file changed in
  // between, it has another stamp by now. `plain`: a copy of it has no xattrs.
  void Put(const FileStamp& stamp, const Digest& digest, bool plain);
  // Whether the file is known to be plain: xattrs do not change without the stamp.
  bool IsPlain(const FileStamp& stamp);

  // Whether Serialize would say something else than what was loaded.
  bool changed();
  // What was found or put since; files that nobody asked for are gone.
  std::string Serialize();

 private:
  struct Known {
    FileStamp stamp;
    Digest digest;
    bool plain = false;
    bool used = false;
  };
  struct InodeHash {
    size_t operator()(const std::pair<uint64_t, uint64_t>& inode) const {
      return std::hash<uint64_t>()(inode.second ^ inode.first << 48);
    }
  };

  bool MayChangeUnseen(const FileTime& time) const;

  const FileTime now_;
  std::mutex mutex_;
  // By device and inode.
  std::unordered_map<std::pair<uint64_t, uint64_t>, Known, InodeHash> known_;
  bool changed_ = false;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_CONTEXT_FILE_DIGESTS_H_
