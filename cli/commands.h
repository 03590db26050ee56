// The verbs of the command line. Each returns its exit code and has its own file.

#ifndef COOPER_CLI_COMMANDS_H_
#define COOPER_CLI_COMMANDS_H_

#include "cli/options/cli_environment.h"
#include "cli/options/explain_options.h"
#include "cli/options/image_options.h"
#include "cli/options/options.h"

namespace cooper {

int RunBuild(const BuildOptions& options, CliEnvironment& environment);
int RunPlan(const PlanOptions& options, CliEnvironment& environment);
int RunCheck(const CheckOptions& options, CliEnvironment& environment);
int RunInspect(const InspectOptions& options, CliEnvironment& environment);
int RunExplain(const ExplainOptions& options, CliEnvironment& environment);
int RunCompile(const CompileOptions& options, CliEnvironment& environment);
int RunImageUnpack(const ImageUnpackOptions& options, CliEnvironment& environment);
int RunImageInspect(const ImageInspectOptions& options, CliEnvironment& environment);

// As RunBuild; a failing RUN's own exit status becomes the exit code, and every
// other failure is 1, as kaniko has it.
int RunKanikoBuild(const BuildOptions& options, CliEnvironment& environment);

}  // namespace cooper

#endif  // COOPER_CLI_COMMANDS_H_
