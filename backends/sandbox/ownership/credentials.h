// The users and groups that a process of a step believes to be, and the rules of the
// kernel by which it may become others (credentials(7), setresuid(2)).
//
// With one id the kernel cannot hold them, so they are kept here. Pure values.

#ifndef COOPER_BACKENDS_SANDBOX_OWNERSHIP_CREDENTIALS_H_
#define COOPER_BACKENDS_SANDBOX_OWNERSHIP_CREDENTIALS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "backends/filesystem/disk/owner_records.h"

namespace cooper {

// "Leave it as it is" of setresuid(2), chown(2) and others.
inline constexpr uint32_t kKeepId = ~uint32_t{0};

struct IdTriple {
  uint32_t real = 0;
  uint32_t effective = 0;
  uint32_t saved = 0;
  uint32_t filesystem = 0;

  static IdTriple All(uint32_t id) { return {id, id, id, id}; }
  bool Has(uint32_t id) const { return id == real || id == effective || id == saved; }
  auto operator<=>(const IdTriple&) const = default;
};

struct StepCredentials {
  static constexpr size_t kMaxGroups = 65536;  // NGROUPS_MAX

  IdTriple uid;
  IdTriple gid;
  std::vector<uint32_t> groups;

  static StepCredentials Of(uint32_t uid, uint32_t gid, std::vector<uint32_t> groups);

  bool privileged() const { return uid.effective == 0; }
  bool InGroup(uint32_t group) const;
  FileOwner OfNewFiles() const { return {.uid = uid.filesystem, .gid = gid.filesystem}; }

  auto operator<=>(const StepCredentials&) const = default;
};

// setuid(2) and its relatives for the triple of `credentials` that `ids` names. Nothing:
// EPERM. Ids are any 32-bit number but kKeepId (EINVAL for those that may not be kept is
// the caller's).
std::optional<StepCredentials> SetId(StepCredentials credentials, IdTriple StepCredentials::* ids,
                                     uint32_t id);
std::optional<StepCredentials> SetRealAndEffective(StepCredentials credentials,
                                                   IdTriple StepCredentials::* ids, uint32_t real,
                                                   uint32_t effective);
std::optional<StepCredentials> SetAllThree(StepCredentials credentials,
                                           IdTriple StepCredentials::* ids, uint32_t real,
                                           uint32_t effective, uint32_t saved);
// Never fails: what may not be set stays.
StepCredentials SetFilesystem(StepCredentials credentials, IdTriple StepCredentials::* ids,
                              uint32_t id);
std::optional<StepCredentials> SetGroups(StepCredentials credentials, std::vector<uint32_t> groups);

// What execve makes of them for a program with this owner and these mode bits.
StepCredentials AfterExecution(StepCredentials credentials, const FileOwner& owner, uint32_t mode);

// Whether chown(2) from `before` to `after` is allowed.
bool MayChangeOwner(const StepCredentials& credentials, const FileOwner& before,
                    const FileOwner& after);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_OWNERSHIP_CREDENTIALS_H_
