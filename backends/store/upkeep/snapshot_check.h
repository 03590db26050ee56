// A snapshot on disk against the index of its layer.

#ifndef COOPER_BACKENDS_STORE_UPKEEP_SNAPSHOT_CHECK_H_
#define COOPER_BACKENDS_STORE_UPKEEP_SNAPSHOT_CHECK_H_

#include <optional>
#include <string>

#include "backends/filesystem/tree/layer_index.h"
#include "backends/store/directory/store_directory.h"

namespace cooper {

// The first file, directory or link of the layer that `snapshots/<name>/root` has not, or has with
// another type or size; nothing when all are there. Owners, modes, devices and the marks of
// overlayfs depend on who made it, and are not looked at.
std::optional<std::string> SnapshotFault(const StoreDirectory& directory, const std::string& name,
                                         const LayerIndex& index);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_UPKEEP_SNAPSHOT_CHECK_H_
