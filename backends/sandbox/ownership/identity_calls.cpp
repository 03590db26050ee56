// Who a process is, and becomes.

#include <seccomp.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {
namespace {

CallAnswer TellTriple(const NotedCall& call, const IdTriple& ids) {
  const uint32_t values[] = {ids.real, ids.effective, ids.saved};
  for (size_t i = 0; i < 3; ++i) {
    if (!call.process.Write(call.args[i], &values[i], sizeof(values[i])))
      return CallAnswer::Fail(EFAULT);
  }
  return CallAnswer::Value(0);
}

CallAnswer TellGroups(const NotedCall& call, const std::vector<uint32_t>& groups) {
  const int room = static_cast<int>(call.args[0]);
  const auto count = static_cast<int>(groups.size());
  if (room == 0) return CallAnswer::Value(count);
  if (room < count) return CallAnswer::Fail(EINVAL);
  if (count > 0 && !call.process.Write(call.args[1], groups.data(), groups.size() * 4)) {
    return CallAnswer::Fail(EFAULT);
  }
  return CallAnswer::Value(count);
}

CallAnswer BecomeMember(const NotedCall& call, StepOwners& owners, const StepCredentials& now) {
  const auto count = static_cast<uint32_t>(call.args[0]);
  if (!now.privileged()) return CallAnswer::Fail(EPERM);
  if (count > StepCredentials::kMaxGroups) return CallAnswer::Fail(EINVAL);
  std::vector<uint32_t> groups(count);
  if (count > 0 && !call.process.Read(call.args[1], groups.data(), groups.size() * 4)) {
    return CallAnswer::Fail(EFAULT);
  }
  if (!call.waits()) return CallAnswer::Fail(ESRCH);
  return CallAnswer::Status(
      owners.credentials.Give(call.process.thread(), *SetGroups(now, std::move(groups))));
}

CallAnswer BecomeForFiles(const NotedCall& call, StepOwners& owners, const StepCredentials& now,
                          IdTriple StepCredentials::* ids) {
  const uint32_t before = (now.*ids).filesystem;
  const StepCredentials next = SetFilesystem(now, ids, call.Id(0));
  if (next != now && call.waits()) owners.credentials.Give(call.process.thread(), next);
  return CallAnswer::Value(before);
}

std::optional<StepCredentials> Next(const NotedCall& call, const StepCredentials& now) {
  switch (call.number) {
    case SCMP_SYS(setuid):
      return SetId(now, &StepCredentials::uid, call.Id(0));
    case SCMP_SYS(setgid):
      return SetId(now, &StepCredentials::gid, call.Id(0));
    case SCMP_SYS(setreuid):
      return SetRealAndEffective(now, &StepCredentials::uid, call.Id(0), call.Id(1));
    case SCMP_SYS(setregid):
      return SetRealAndEffective(now, &StepCredentials::gid, call.Id(0), call.Id(1));
    case SCMP_SYS(setresuid):
      return SetAllThree(now, &StepCredentials::uid, call.Id(0), call.Id(1), call.Id(2));
    default:
      return SetAllThree(now, &StepCredentials::gid, call.Id(0), call.Id(1), call.Id(2));
  }
}

}  // namespace

CallAnswer GetId(const NotedCall& call, StepOwners& owners) {
  const StepCredentials& now = owners.credentials.Of(call.process.thread());
  switch (call.number) {
    case SCMP_SYS(getuid):
      return CallAnswer::Value(now.uid.real);
    case SCMP_SYS(geteuid):
      return CallAnswer::Value(now.uid.effective);
    case SCMP_SYS(getgid):
      return CallAnswer::Value(now.gid.real);
    case SCMP_SYS(getegid):
      return CallAnswer::Value(now.gid.effective);
    case SCMP_SYS(getresuid):
      return TellTriple(call, now.uid);
    case SCMP_SYS(getresgid):
      return TellTriple(call, now.gid);
    default:
      return TellGroups(call, now.groups);
  }
}

CallAnswer SetIds(const NotedCall& call, StepOwners& owners) {
  const StepCredentials& now = owners.credentials.Of(call.process.thread());
  switch (call.number) {
    case SCMP_SYS(setgroups):
      return BecomeMember(call, owners, now);
    case SCMP_SYS(setfsuid):
      return BecomeForFiles(call, owners, now, &StepCredentials::uid);
    case SCMP_SYS(setfsgid):
      return BecomeForFiles(call, owners, now, &StepCredentials::gid);
    case SCMP_SYS(setuid):
    case SCMP_SYS(setgid):
      if (call.Id(0) == kKeepId) return CallAnswer::Fail(EINVAL);
      break;
    default:
      break;
  }
  const std::optional<StepCredentials> next = Next(call, now);
  if (!next) return CallAnswer::Fail(EPERM);
  if (*next == now) return CallAnswer::Value(0);
  if (!call.waits()) return CallAnswer::Fail(ESRCH);
  return CallAnswer::Status(owners.credentials.Give(call.process.thread(), *next));
}

}  // namespace cooper
