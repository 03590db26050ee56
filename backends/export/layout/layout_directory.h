// An OCI image layout on disk that is written to. One thread at a time.

#ifndef COOPER_BACKENDS_EXPORT_LAYOUT_LAYOUT_DIRECTORY_H_
#define COOPER_BACKENDS_EXPORT_LAYOUT_LAYOUT_DIRECTORY_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/export/image_parts.h"
#include "backends/export/output_file.h"
#include "backends/store/directory/file_calls.h"
#include "ir/base/result.h"
#include "ir/image/descriptor.h"

namespace cooper {

class LayoutDirectory {
 public:
  // Takes an empty directory or a layout of version 1; anything else is kOutput.
  // `shown` is its path for messages.
  static Result<LayoutDirectory> Open(ScopedFd directory, std::string shown);

  // Writes a blob unless it is there with the right bytes; `send` writes them.
  Status AddBlob(const Descriptor& blob, const std::function<Status(const BytesOutput&)>& send);
  // Puts `images` into `index.json`; see MergeIntoIndex.
  Status AddToIndex(const std::vector<Descriptor>& images);

 private:
  Result<std::unique_ptr<OutputFile>> NewFile(const ScopedFd& directory,
                                              const std::string& name) const;
  Status WriteFile(const std::string& name, std::string_view bytes) const;

  ScopedFd root_;
  ScopedFd blobs_;
  std::string shown_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_LAYOUT_LAYOUT_DIRECTORY_H_
