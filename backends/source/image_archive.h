// Images in tar files: an OCI layout as a tar, and what `docker save` writes.
//
// What an archive holds goes into the store under the digest of its bytes; nothing is
// unpacked, and links in it lead to other members of the archive alone.

#ifndef COOPER_BACKENDS_SOURCE_IMAGE_ARCHIVE_H_
#define COOPER_BACKENDS_SOURCE_IMAGE_ARCHIVE_H_

#include <string>

#include "backends/store/store.h"
#include "ir/base/result.h"
#include "ir/image/descriptor.h"

namespace cooper {

// Both return the manifest or index of the image named `tag`, or of the only one there is,
// for ImageSource::DescribeStored. The tar may be compressed. kImageNotFound when there is
// no such file or image, kImageInvalid when the archive is not in order.
Result<Descriptor> ReadOciArchive(const std::string& path, const std::string& tag, Store& store);
// Layers have diff ids alone to be checked by, and the manifest is made here.
Result<Descriptor> ReadDockerArchive(const std::string& path, const std::string& tag,
                                     Store& store);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_IMAGE_ARCHIVE_H_
