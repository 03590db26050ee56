// What a root has only because something was mounted there.

#ifndef COOPER_BACKENDS_EXECUTE_ROOTS_STUBS_H_
#define COOPER_BACKENDS_EXECUTE_ROOTS_STUBS_H_

#include <string>
#include <vector>

#include "ir/base/result.h"

namespace cooper {

// Removes the nodes at these clean paths, deepest first; a directory that the step filled
// stays. The directories around them keep their times. No link is followed.
Status RemoveStubs(int root_fd, std::vector<std::string> stubs);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXECUTE_ROOTS_STUBS_H_
