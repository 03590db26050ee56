// The files of a build context, opened below its directory's descriptor.

#ifndef COOPER_BACKENDS_FILESYSTEM_CONTEXT_CONTEXT_CONTENT_H_
#define COOPER_BACKENDS_FILESYSTEM_CONTEXT_CONTEXT_CONTENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "backends/filesystem/context/file_digests.h"
#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/tree/content.h"
#include "ir/base/result.h"

namespace cooper {

// May be used from several threads.
class ContextContent : public ContentStore {
 public:
  struct Walked {
    FileStamp stamp;
    bool plain = false;  // without xattrs
  };
  // As much as a layer may expand to (ArchiveLimits). A hole takes no room on disk, and
  // hours to read.
  static constexpr uint64_t kMaxFileBytes = uint64_t{64} << 30;
  using Files = std::unordered_map<std::string, Walked>;  // by path

  // `files`: the regular ones, as the walk saw them. `digests` may be null.
  ContextContent(ScopedFd root, Files files, std::shared_ptr<FileDigests> digests)
      : root_(std::move(root)), files_(std::move(files)), digests_(std::move(digests)) {}

  // Never blocks on a FIFO and never follows a link. kContext when the file is
  // not what the walk saw: no regular file any more, or written to since; the reader reports the
  // same when the file shrinks while it is read. A file whose digest is known is opened, and looked
  // at, only when it is read. kLimitExceeded beyond kMaxFileBytes.
  Result<std::unique_ptr<ContentReader>> Open(const TreeEntry& entry) const override;

 private:
  ScopedFd root_;
  const Files files_;
  const std::shared_ptr<FileDigests> digests_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_CONTEXT_CONTEXT_CONTENT_H_
