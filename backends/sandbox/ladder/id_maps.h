// Which ids a new user namespace is to have, and how they get there.

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_ID_MAPS_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_ID_MAPS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/sandbox/ladder/subordinate_ids.h"
#include "ir/base/result.h"

namespace cooper {

// Ids below this one exist in the namespace.
inline constexpr uint32_t kNamespaceIds = 65536;

// What ids a user namespace is to have.
enum class IdModel : uint8_t {
  kRange,   // those below kNamespaceIds
  kSingle,  // root's alone, which is the user's own outside
};

// Root keeps its ids (0 0 65536) and writes the maps itself. Others are root
// inside, own ids of /etc/subuid and /etc/subgid above, and newuidmap and
// newgidmap write the maps.
class IdMaps {
 public:
  // Finds out what this process may map; kSandbox says what it lacks.
  static Result<IdMaps> Plan(IdModel model);

  // Writes the maps of `process`, which has just made its namespace. To be called
  // from the namespace that Plan was called in.
  Status WriteFor(pid_t process) const;

 private:
  Status WriteIdentity(pid_t process) const;

  bool identity_ = false;
  std::string uid_helper_;
  std::string gid_helper_;
  std::vector<IdRange> uids_;
  std::vector<IdRange> gids_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_ID_MAPS_H_
