// The times that an image tells in its history.

#ifndef COOPER_BACKENDS_EXECUTE_LAYERS_HISTORY_TIMES_H_
#define COOPER_BACKENDS_EXECUTE_LAYERS_HISTORY_TIMES_H_

#include <optional>
#include <string>
#include <vector>

#include "backends/filesystem/tree/tree_entry.h"

namespace cooper {

// RFC 3339 in UTC, as OCI configs want it.
std::string Timestamp(const FileTime& time);

// One time for each new entry of the history. `layers[i]` is when the layer of
// entry i was made, absent where the entry has none: such an entry takes the time
// of the one before it, and those in front the time of the first layer. Without
// any layer all are `base`, what the base image tells last. So a build that finds
// its layers in the store tells the same times as the one that made them.
std::vector<std::string> HistoryTimes(const std::vector<std::optional<FileTime>>& layers,
                                      const std::string& base);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_LAYERS_HISTORY_TIMES_H_
