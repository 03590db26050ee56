// Opens a layer's blob of the store.

#ifndef COOPER_BACKENDS_EXECUTE_LAYERS_OPEN_LAYER_BLOB_H_
#define COOPER_BACKENDS_EXECUTE_LAYERS_OPEN_LAYER_BLOB_H_

#include <memory>

#include "backends/filesystem/tree/file_tree.h"
#include "backends/layer/layer_entries.h"
#include "backends/store/store.h"
#include "ir/base/result.h"
#include "ir/image/descriptor.h"

namespace cooper {

// How the blob's media type says that it is compressed. kImageInvalid when it is not a
// layer's.
Result<Compression> CompressionOf(const Descriptor& blob);

// The entries of `blob`, as the store has it, over `lower`.
Result<std::unique_ptr<LayerEntries>> OpenLayerBlob(Store& store, const Descriptor& blob,
                                                    FileTree lower,
                                                    const ArchiveLimits& limits = {});

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_LAYERS_OPEN_LAYER_BLOB_H_
