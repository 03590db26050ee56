// Reads an OCI layout directory (OCI image-spec, image-layout.md).
//
// The directory is input from outside: everything is opened below its descriptor,
// links are not followed, blobs are regular files whose size and digest count.

#ifndef COOPER_BACKENDS_SOURCE_LAYOUT_READER_H_
#define COOPER_BACKENDS_SOURCE_LAYOUT_READER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "backends/filesystem/disk/beneath.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/image/descriptor.h"
#include "ir/image/manifest.h"

namespace cooper {

// The manifest or index named `tag` by org.opencontainers.image.ref.name, or with that
// digest; the only one there is for an empty tag. kImageNotFound says what there is;
// kImageInvalid when two have the name. `what` names the layout in messages.
Result<Descriptor> FindByTag(const ImageIndex& index, std::string_view tag, std::string_view what);

// kImageInvalid unless `marker`, the file oci-layout, says version 1.
Status CheckLayoutVersion(std::string_view marker);

// Movable; may be read from several threads.
class LayoutReader {
 public:
  // kImageNotFound when there is no such directory, kImageInvalid when it is not
  // a layout of version 1.
  static Result<LayoutReader> Open(const std::string& directory);

  // As FindByTag.
  Result<Descriptor> Find(std::string_view tag) const;

  // A blob as a string: at most `max_bytes`, checked against its digest, and
  // against the descriptor's size.
  Result<std::string> Read(const Descriptor& blob, size_t max_bytes) const;
  // The same for a blob of which only the digest is known.
  Result<std::string> Read(const Digest& digest, size_t max_bytes) const;

  // Streams a blob of exactly the descriptor's size to `output`. The digest is
  // checked by whoever commits the bytes.
  Status Stream(const Descriptor& blob,
                const std::function<Status(std::string_view)>& output) const;

 private:
  LayoutReader(ScopedFd root, std::string directory)
      : root_(std::move(root)), directory_(std::move(directory)) {}

  // A regular file of the layout; its size goes to `size_bytes`.
  Result<ScopedFd> OpenFile(const std::string& path, uint64_t& size_bytes) const;
  Result<std::string> ReadFile(const std::string& path, size_t max_bytes) const;
  Error Invalid(std::string_view reason) const;

  ScopedFd root_;
  std::string directory_;
  ImageIndex index_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_LAYOUT_READER_H_
