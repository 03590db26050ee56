#include "backends/sandbox/ownership/credential_table.h"

#include <sys/resource.h>

#include <cerrno>
#include <utility>

namespace cooper {

CredentialTable::CredentialTable(StepCredentials initial) {
  all_.push_back(&numbers_.emplace(std::move(initial), 0).first->first);
}

const StepCredentials& CredentialTable::Of(pid_t process) const {
  rlimit limit = {};
  if (prlimit(process, RLIMIT_LOCKS, nullptr, &limit) != 0 || limit.rlim_cur >= all_.size()) {
    return *all_.front();
  }
  return *all_[limit.rlim_cur];
}

int CredentialTable::Give(pid_t process, const StepCredentials& credentials) {
  auto found = numbers_.find(credentials);
  if (found == numbers_.end()) {
    if (all_.size() >= kMaxCredentials) return EAGAIN;
    found = numbers_.emplace(credentials, all_.size()).first;
    all_.push_back(&found->first);
  }
  rlimit limit = {};
  if (prlimit(process, RLIMIT_LOCKS, nullptr, &limit) != 0) return EAGAIN;
  if (limit.rlim_max < found->second) return EAGAIN;  // lowered by the process
  limit.rlim_cur = found->second;
  return prlimit(process, RLIMIT_LOCKS, &limit, nullptr) == 0 ? 0 : EAGAIN;
}

}  // namespace cooper
