// Sends a layer that is there as an index and its content.

#ifndef COOPER_BACKENDS_FILESYSTEM_DIFF_SEND_LAYER_H_
#define COOPER_BACKENDS_FILESYSTEM_DIFF_SEND_LAYER_H_

#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/layer_index.h"
#include "ir/base/result.h"

namespace cooper {

// Feeds every entry of a layer to `sink` in tree order, but a directory's whiteouts
// before its other entries and hard links after their file.
Status SendLayer(const LayerIndex& index, const ContentStore& content, EntrySink& sink);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_DIFF_SEND_LAYER_H_
