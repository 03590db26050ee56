// Who a process is, and becomes.

#include <seccomp.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "backends/sandbox/ownership/recorded_calls.h"

namespace cooper {
namespace {

Answer TellTriple(const NotedCall& call, const IdTriple& ids) {
  const uint32_t values[] = {ids.real, ids.effective, ids.saved};
  for (size_t i = 0; i < 3; ++i) {
    if (!call.process.Write(call.args[i], &values[i], sizeof(values[i])))
      return Answer::Fail(EFAULT);
  }
  return Answer::Value(0);
}

Answer TellGroups(const NotedCall& call, const std::vector<uint32_t>& groups) {
  const int room = static_cast<int>(call.args[0]);
  const auto count = static_cast<int>(groups.size());
  if (room == 0) return Answer::Value(count);
  if (room < count) return Answer::Fail(EINVAL);
  if (count > 0 && !call.process.Write(call.args[1], groups.data(), groups.size() * 4)) {
    return Answer::Fail(EFAULT);
  }
  return Answer::Value(count);
}

Answer BecomeMember(const NotedCall& call, StepOwners& owners, const Credentials& now) {
  const auto count = static_cast<uint32_t>(call.args[0]);
  if (!now.privileged()) return Answer::Fail(EPERM);
  if (count > Credentials::kMaxGroups) return Answer::Fail(EINVAL);
  std::vector<uint32_t> groups(count);
  if (count > 0 && !call.process.Read(call.args[1], groups.data(), groups.size() * 4)) {
    return Answer::Fail(EFAULT);
  }
  if (!call.waits()) return Answer::Fail(ESRCH);
  return Answer::Status(
      owners.credentials.Give(call.process.thread(), *SetGroups(now, std::move(groups))));
}

Answer BecomeForFiles(const NotedCall& call, StepOwners& owners, const Credentials& now,
                      IdTriple Credentials::* ids) {
  const uint32_t before = (now.*ids).filesystem;
  const Credentials next = SetFilesystem(now, ids, call.Id(0));
  if (next != now && call.waits()) owners.credentials.Give(call.process.thread(), next);
  return Answer::Value(before);
}

std::optional<Credentials> Next(const NotedCall& call, const Credentials& now) {
  switch (call.number) {
    case SCMP_SYS(setuid):
      return SetId(now, &Credentials::uid, call.Id(0));
    case SCMP_SYS(setgid):
      return SetId(now, &Credentials::gid, call.Id(0));
    case SCMP_SYS(setreuid):
      return SetRealAndEffective(now, &Credentials::uid, call.Id(0), call.Id(1));
    case SCMP_SYS(setregid):
      return SetRealAndEffective(now, &Credentials::gid, call.Id(0), call.Id(1));
    case SCMP_SYS(setresuid):
      return SetAllThree(now, &Credentials::uid, call.Id(0), call.Id(1), call.Id(2));
    default:
      return SetAllThree(now, &Credentials::gid, call.Id(0), call.Id(1), call.Id(2));
  }
}

}  // namespace

Answer GetId(const NotedCall& call, StepOwners& owners) {
  const Credentials& now = owners.credentials.Of(call.process.thread());
  switch (call.number) {
    case SCMP_SYS(getuid):
      return Answer::Value(now.uid.real);
    case SCMP_SYS(geteuid):
      return Answer::Value(now.uid.effective);
    case SCMP_SYS(getgid):
      return Answer::Value(now.gid.real);
    case SCMP_SYS(getegid):
      return Answer::Value(now.gid.effective);
    case SCMP_SYS(getresuid):
      return TellTriple(call, now.uid);
    case SCMP_SYS(getresgid):
      return TellTriple(call, now.gid);
    default:
      return TellGroups(call, now.groups);
  }
}

Answer SetIds(const NotedCall& call, StepOwners& owners) {
  const Credentials& now = owners.credentials.Of(call.process.thread());
  switch (call.number) {
    case SCMP_SYS(setgroups):
      return BecomeMember(call, owners, now);
    case SCMP_SYS(setfsuid):
      return BecomeForFiles(call, owners, now, &Credentials::uid);
    case SCMP_SYS(setfsgid):
      return BecomeForFiles(call, owners, now, &Credentials::gid);
    case SCMP_SYS(setuid):
    case SCMP_SYS(setgid):
      if (call.Id(0) == kKeepId) return Answer::Fail(EINVAL);
      break;
    default:
      break;
  }
  const std::optional<Credentials> next = Next(call, now);
  if (!next) return Answer::Fail(EPERM);
  if (*next == now) return Answer::Value(0);
  if (!call.waits()) return Answer::Fail(ESRCH);
  return Answer::Status(owners.credentials.Give(call.process.thread(), *next));
}

}  // namespace cooper
