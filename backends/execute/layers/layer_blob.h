// Writes the blob of a layer into the store.

#ifndef COOPER_BACKENDS_EXECUTE_LAYERS_LAYER_BLOB_H_
#define COOPER_BACKENDS_EXECUTE_LAYERS_LAYER_BLOB_H_

#include <functional>

#include "backends/filesystem/tree/content.h"
#include "backends/layer/layer_writer.h"
#include "backends/store/store.h"
#include "ir/base/result.h"

namespace cooper {

// `send` gives the entries to the sink. Sets the diff id and the blob of `record`,
// which is not yet put into the store.
Status WriteLayerBlob(Store& store, const LayerWriterOptions& options,
                      const std::function<Status(EntrySink& sink)>& send, LayerRecord& record);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_LAYERS_LAYER_BLOB_H_
