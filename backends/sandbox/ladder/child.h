// Work in a child process, for the time at which this process has one thread.

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_CHILD_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_CHILD_H_

#include <sys/types.h>

#include <functional>

#include "ir/base/result.h"

namespace cooper {

// Reaped when it is destroyed, which waits for its end.
class Child {
 public:
  // The child may even allocate, since no other thread can hold a lock.
  static Result<Child> Start(const std::function<int()>& body);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();
  pid_t pid() const { return pid_; }

 private:
  Child() = default;
  pid_t pid_ = -1;
};

// Does `body` in a child, whose death undoes all that it did to itself, and returns
// how it ended there.
Status TryInChild(const std::function<Status()>& body);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_CHILD_H_
