#include "backends/sandbox/ownership/credentials.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace cooper {

StepCredentials StepCredentials::Of(uint32_t uid, uint32_t gid, std::vector<uint32_t> groups) {
  std::sort(groups.begin(), groups.end());  // as the kernel keeps them
  return {.uid = IdTriple::All(uid), .gid = IdTriple::All(gid), .groups = std::move(groups)};
}

bool StepCredentials::InGroup(uint32_t group) const {
  return gid.filesystem == group || gid.effective == group ||
         std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::optional<StepCredentials> SetId(StepCredentials credentials, IdTriple StepCredentials::* ids,
                                     uint32_t id) {
  const bool privileged = credentials.privileged();
  IdTriple& triple = credentials.*ids;
  if (privileged) {
    triple = IdTriple::All(id);
  } else if (id == triple.real || id == triple.saved) {
    triple.effective = triple.filesystem = id;
  } else {
    return std::nullopt;
  }
  return credentials;
}

std::optional<StepCredentials> SetRealAndEffective(StepCredentials credentials,
                                                   IdTriple StepCredentials::* ids, uint32_t real,
                                                   uint32_t effective) {
  const bool privileged = credentials.privileged();
  IdTriple& triple = credentials.*ids;
  const IdTriple before = triple;
  if (real != kKeepId) {
    if (!privileged && real != before.real && real != before.effective) return std::nullopt;
    triple.real = real;
  }
  if (effective != kKeepId) {
    if (!privileged && !before.Has(effective)) return std::nullopt;
    triple.effective = effective;
  }
  if (real != kKeepId || (effective != kKeepId && effective != before.real)) {
    triple.saved = triple.effective;
  }
  triple.filesystem = triple.effective;
  return credentials;
}

std::optional<StepCredentials> SetAllThree(StepCredentials credentials,
                                           IdTriple StepCredentials::* ids, uint32_t real,
                                           uint32_t effective, uint32_t saved) {
  const bool privileged = credentials.privileged();
  IdTriple& triple = credentials.*ids;
  const IdTriple before = triple;
  const auto set = [&](uint32_t& where, uint32_t id) {
    if (id == kKeepId) return true;
    if (!privileged && !before.Has(id)) return false;
    where = id;
    return true;
  };
  if (!set(triple.real, real) || !set(triple.effective, effective) || !set(triple.saved, saved)) {
    return std::nullopt;
  }
  triple.filesystem = triple.effective;
  return credentials;
}

StepCredentials SetFilesystem(StepCredentials credentials, IdTriple StepCredentials::* ids,
                              uint32_t id) {
  IdTriple& triple = credentials.*ids;
  if (id != kKeepId && (credentials.privileged() || triple.Has(id) || id == triple.filesystem)) {
    triple.filesystem = id;
  }
  return credentials;
}

std::optional<StepCredentials> SetGroups(StepCredentials credentials,
                                         std::vector<uint32_t> groups) {
  if (!credentials.privileged()) return std::nullopt;
  std::sort(groups.begin(), groups.end());
  credentials.groups = std::move(groups);
  return credentials;
}

StepCredentials AfterExecution(StepCredentials credentials, const FileOwner& owner, uint32_t mode) {
  if ((mode & S_ISUID) != 0) credentials.uid.effective = owner.uid;
  // Without the bit for execution it meant mandatory locking once.
  if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) credentials.gid.effective = owner.gid;
  for (IdTriple* ids : {&credentials.uid, &credentials.gid}) {
    ids->saved = ids->filesystem = ids->effective;
  }
  return credentials;
}

bool MayChangeOwner(const StepCredentials& credentials, const FileOwner& before,
                    const FileOwner& after) {
  if (credentials.privileged()) return true;
  if (before.uid != credentials.uid.filesystem || after.uid != before.uid) return false;
  return after.gid == before.gid || credentials.InGroup(after.gid);
}

}  // namespace cooper
