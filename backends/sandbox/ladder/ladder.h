// Chooses a rung of the isolation ladder by trying, and steps onto it.
//
// Everything here is for the start of the program, while it has one thread (the
// kernel demands that of a process that enters a user namespace).

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_LADDER_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_LADDER_H_

#include <string>
#include <vector>

#include "backends/sandbox/ladder/rung.h"
#include "ir/base/result.h"

namespace cooper {

// Where a build stands.
struct Footing {
  Rung rung = Rung::kNs;
  // Why each better rung was passed over: "ns: ...".
  std::vector<std::string> passed_over;
};

// Tries in child processes what each rung needs first of all, best rung first, and changes
// nothing. `store_dir` is where the build's files are to be; it need not exist. With a choice
// that rung alone is tried. kSandbox, with what each rung lacks and what to change, when
// none works: then builds without RUN work all the same.
Result<Footing> ChooseRung(RungChoice choice, const std::string& store_dir);

// Enters the user namespace of a rung that has one: afterwards the process is uid 0 and gid
// 0 with every capability there. kSandbox says which call failed; the process is then as it
// was.
Status StepOnto(Rung rung);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_LADDER_H_
