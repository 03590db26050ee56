// The planner's view of former builds, over the store.

#ifndef COOPER_CLI_HISTORY_STORE_KEY_HISTORY_H_
#define COOPER_CLI_HISTORY_STORE_KEY_HISTORY_H_

#include <optional>

#include "backends/store/records/build_history.h"
#include "planner/cache/key_history.h"

namespace cooper {

class StoreKeyHistory : public KeyHistory {
 public:
  // `history` is borrowed.
  StoreKeyHistory(BuildHistory& history, const Digest& project)
      : history_(history), project_(project) {}
  std::optional<CacheKey> Find(const Digest& key) override;
  std::optional<CacheKey> Newest(const Vertex& vertex) override;

 private:
  BuildHistory& history_;
  const Digest project_;
};

}  // namespace cooper

#endif  // COOPER_CLI_HISTORY_STORE_KEY_HISTORY_H_
