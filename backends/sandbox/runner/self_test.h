// The checks of kSelfTestArgument, made by the command of a trial step.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_SELF_TEST_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_SELF_TEST_H_

namespace cooper::runner {

// Expects in kSelfTestDirectory of the lower layer: `file` and `directory/old`.
// Leaves a whiteout of `file` and an opaque directory `renamed`.
int RunSelfTest();

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_SELF_TEST_H_
