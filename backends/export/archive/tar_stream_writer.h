// Writes a plain tar archive of files and directories (POSIX ustar, with a pax
// record for sizes of 8 GiB and more). Times and owners are 0, so equal content
// gives equal bytes. One thread at a time.

#ifndef COOPER_BACKENDS_EXPORT_ARCHIVE_TAR_STREAM_WRITER_H_
#define COOPER_BACKENDS_EXPORT_ARCHIVE_TAR_STREAM_WRITER_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "backends/export/image_parts.h"
#include "ir/base/result.h"

namespace cooper {

class TarStreamWriter {
 public:
  explicit TarStreamWriter(BytesOutput output) : output_(std::move(output)) {}

  // Names are at most 100 bytes: the files of an image archive have short ones.
  Status AddDirectory(std::string_view name);  // mode 0755; `name` ends with a slash
  Status AddFile(std::string_view name, std::string_view bytes);  // mode 0644
  // `send` must write exactly `size_bytes` to the output that it is given.
  Status AddFile(std::string_view name, uint64_t size_bytes,
                 const std::function<Status(const BytesOutput&)>& send);
  // The end of the archive. Without it readers take the archive for cut off.
  Status Finish();

 private:
  Status WriteHeader(std::string_view name, char type, uint32_t mode, uint64_t size_bytes);
  Status Pad(uint64_t size_bytes);

  BytesOutput output_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_ARCHIVE_TAR_STREAM_WRITER_H_
