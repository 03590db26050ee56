// Layers whose files are no later than a given time (BuildKit's `rewrite-timestamp`).

#ifndef COOPER_BACKENDS_EXECUTE_LAYERS_REWRITTEN_LAYER_H_
#define COOPER_BACKENDS_EXECUTE_LAYERS_REWRITTEN_LAYER_H_

#include <cstdint>

#include "backends/layer/layer_writer.h"
#include "backends/store/store.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"

namespace cooper {

// The layer `id`, whose blob is `layer`'s, with later times set to `latest` (seconds
// since 1970); earlier ones stay. It is kept in the store under an id of its own,
// so that it is written once.
Result<LayerRecord> RewriteTimestamps(Store& store, const Digest& id, const LayerRecord& layer,
                                      int64_t latest, const LayerWriterOptions& options);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_LAYERS_REWRITTEN_LAYER_H_
