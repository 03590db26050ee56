// Which credentials each process of a step has.
//
// Children inherit them and programs keep them through execve, without a call that could
// be noticed. So the kernel carries a number for us where it does just that: in the
// limit RLIMIT_LOCKS, which Linux has not looked at since 2.4. A process that sets that
// limit itself only fools itself. Used by one thread.

#ifndef COOPER_BACKENDS_SANDBOX_OWNERSHIP_CREDENTIAL_TABLE_H_
#define COOPER_BACKENDS_SANDBOX_OWNERSHIP_CREDENTIAL_TABLE_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "backends/sandbox/ownership/credentials.h"

namespace cooper {

class CredentialTable {
 public:
  // Different ones in one step; each set of users and groups counts once.
  static constexpr size_t kMaxCredentials = 4096;

  // `initial`: of processes that never changed theirs.
  explicit CredentialTable(StepCredentials initial);

  const StepCredentials& Of(pid_t process) const;
  // Whether it never changed them.
  bool IsInitial(pid_t process) const { return &Of(process) == all_.front(); }
  // 0, or the errno that the caller of the system call should get.
  int Give(pid_t process, const StepCredentials& credentials);

 private:
  std::map<StepCredentials, size_t> numbers_;
  std::vector<const StepCredentials*> all_;  // by number; the keys of numbers_
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_OWNERSHIP_CREDENTIAL_TABLE_H_
