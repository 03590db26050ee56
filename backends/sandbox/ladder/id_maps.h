// Which ids a new user namespace is to have, and how they get there.

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_ID_MAPS_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_ID_MAPS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/sandbox/ladder/subordinate_ids.h"
#include "ir/base/result.h"

namespace cooper {

// Ids below this one exist in a namespace of kRange.
inline constexpr uint32_t kNamespaceIds = 65536;

enum class IdModel : uint8_t {
  kRange,   // 65536 ids: files may have any owner that images use
  kSingle,  // root alone, who is this process's user outside
};

// kRange: root keeps its ids (0 0 65536) and writes the maps itself. Root without
// CAP_SETFCAP may not have its own id in a map and becomes another user for that
// (see keep_caps_as). Others are root inside, own ids of /etc/subuid and /etc/subgid
// above, and newuidmap and newgidmap write the maps.
//
// kSingle: anybody writes that map, but root needs CAP_SETFCAP for its own id.
class IdMaps {
 public:
  // Finds out what this process may map; kSandbox says what it lacks.
  static Result<IdMaps> Plan(IdModel model);

  // Who this process must be, with its capabilities kept, when the namespace is made,
  // mapped and entered (KeptCapabilities does that).
  std::optional<uint32_t> keep_caps_as() const { return keep_caps_as_; }

  // Writes the maps of `process`, which has just made its namespace. To be called
  // from the namespace that Plan was called in.
  Status WriteFor(pid_t process) const;

 private:
  struct Written {
    std::string uids;
    std::string gids;
    bool deny_setgroups = false;
  };

  static IdMaps SingleId();
  Status PlanForRoot();
  Status PlanWithHelpers();
  Status Write(pid_t process, const Written& maps) const;

  std::optional<Written> written_;  // by this program; else by the helpers
  std::optional<uint32_t> keep_caps_as_;
  std::string uid_helper_;
  std::string gid_helper_;
  std::vector<IdRange> uids_;
  std::vector<IdRange> gids_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_ID_MAPS_H_
