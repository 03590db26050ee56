// The files of a layer that the store has, wherever they are: in a snapshot, or
// else in the layer's blob.

#ifndef COOPER_BACKENDS_EXECUTE_STORED_CONTENT_H_
#define COOPER_BACKENDS_EXECUTE_STORED_CONTENT_H_

#include <memory>

#include "backends/filesystem/content.h"
#include "backends/store/store.h"
#include "ir/base/digest.h"

namespace cooper {

// `store` is borrowed. Reading one file from a blob scans the blob up to that
// file, which suits the few small files that a build without RUN looks at.
std::shared_ptr<const ContentStore> StoredContent(Store& store, const Digest& layer_id);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_STORED_CONTENT_H_
