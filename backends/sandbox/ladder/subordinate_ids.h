// The ranges of ids that /etc/subuid and /etc/subgid lend to a user (subuid(5)).

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_SUBORDINATE_IDS_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_SUBORDINATE_IDS_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace cooper {

struct IdRange {
  uint32_t first = 0;
  uint32_t count = 0;

  friend bool operator==(const IdRange&, const IdRange&) = default;
};

// The ranges of the user, given by name or number, in the order of the file. Lines
// that are not name:first:count are skipped, as newuidmap does. `name` may be empty.
std::vector<IdRange> SubordinateIds(std::string_view file, std::string_view name, uint32_t id);

// The first `wanted` ids of `ranges`; fewer when there are not that many.
std::vector<IdRange> TakeIds(const std::vector<IdRange>& ranges, uint32_t wanted);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_SUBORDINATE_IDS_H_
