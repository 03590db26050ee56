// The files of a build context, opened below its directory's descriptor.

#ifndef COOPER_BACKENDS_FILESYSTEM_DISK_CONTEXT_CONTENT_H_
#define COOPER_BACKENDS_FILESYSTEM_DISK_CONTEXT_CONTENT_H_

#include <memory>
#include <utility>

#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/tree/content.h"
#include "ir/base/result.h"

namespace cooper {

// May be used from several threads.
class ContextContent : public ContentStore {
 public:
  explicit ContextContent(ScopedFd root) : root_(std::move(root)) {}

  // Never blocks on a FIFO and never follows a link. kContext when the file is
  // not what the walk saw: no regular file any more, or of another size; the
  // reader reports the same when the file shrinks while it is read.
  Result<std::unique_ptr<ContentReader>> Open(const TreeEntry& entry) const override;

 private:
  ScopedFd root_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DISK_CONTEXT_CONTENT_H_
