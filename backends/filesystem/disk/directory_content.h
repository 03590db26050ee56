// The content of files below a directory on disk, opened by descriptor.

#ifndef COOPER_BACKENDS_FILESYSTEM_DISK_DIRECTORY_CONTENT_H_
#define COOPER_BACKENDS_FILESYSTEM_DISK_DIRECTORY_CONTENT_H_

#include <memory>
#include <string>

#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/filesystem/tree/content.h"
#include "ir/base/result.h"

namespace cooper {

// `root_fd` is owned.
std::shared_ptr<const ContentStore> DirectoryContent(int root_fd);

// The regular file at the clean `path` below `root_fd`, which is borrowed for the call.
// No link is followed. kStore when it is none.
Result<std::unique_ptr<ContentReader>> OpenContent(int root_fd, const std::string& path);

// What is left to read of an open file. kStore for a failed call.
std::unique_ptr<ContentReader> ContentOf(ScopedFd file);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DISK_DIRECTORY_CONTENT_H_
