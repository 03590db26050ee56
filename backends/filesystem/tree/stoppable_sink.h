// Entries that stop coming once somebody asks for it.

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_STOPPABLE_SINK_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_STOPPABLE_SINK_H_

#include <stop_token>

#include "backends/filesystem/tree/content.h"

namespace cooper {

// Passes everything on to `next`, which is borrowed; after a stop the next entry, or the next
// piece of a file, is kInterrupted instead.
class StoppableSink : public EntrySink {
 public:
  StoppableSink(EntrySink& next, std::stop_token stop) : next_(next), stop_(std::move(stop)) {}
  Status Add(const TreeEntry& entry, ContentReader* content) override;

 private:
  EntrySink& next_;
  const std::stop_token stop_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_STOPPABLE_SINK_H_
