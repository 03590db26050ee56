// The capabilities of this process.

#ifndef COOPER_BACKENDS_SANDBOX_LADDER_CAPABILITIES_H_
#define COOPER_BACKENDS_SANDBOX_LADDER_CAPABILITIES_H_

namespace cooper {

// Whether CAP_* number `capability` is in the effective set.
bool HasCapability(unsigned capability);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_LADDER_CAPABILITIES_H_
