// The front half of every verb: text -> graph -> plan.

#ifndef COOPER_CLI_COMPILATION_H_
#define COOPER_CLI_COMPILATION_H_

#include <optional>
#include <string>
#include <vector>

#include "cli/options/cli_environment.h"
#include "cli/options/options.h"
#include "cli/workshop.h"
#include "frontends/dockerfile/inspect/outline.h"
#include "frontends/dockerfile/inspect/target_list.h"
#include "frontends/dockerfile/lint/lint_report.h"
#include "ir/base/diagnostic_engine.h"
#include "ir/base/result.h"
#include "ir/base/source_files.h"
#include "ir/graph/build_graph.h"
#include "ir/plan/build_plan.h"
#include "planner/explain/explain_log.h"

namespace cooper {

// What `cooper check` looks at beyond what a build needs.
struct CheckScope {
  bool all_stages = false;
  bool offline = false;  // ask no registry
};

// One compilation with the texts that its messages quote. When a stage returns
// nothing, `diagnostics()` says why.
class Compilation {
 public:
  // Everything is borrowed.
  Compilation(const InputOptions& options, CliEnvironment& environment, Workshop& workshop);

  // Reads the Dockerfile (or graph text) and its .dockerignore.
  Status Read();
  // The syntax tree of a Dockerfile as text; kUsage for graph text, which has none.
  Result<std::optional<std::string>> PrintTree();
  // kUsage for graph text; else see DockerfileFrontend.
  Result<std::vector<TargetInfo>> Targets();
  Result<Outline> OutlineOfTarget();
  // A Dockerfile is linted on the way; `checks` says how thoroughly.
  Result<std::optional<BuildGraph>> Compile(const CheckScope& checks = {});
  // With the store, the contexts and web servers as oracles unless `probe` is false.
  // With TellDownloads, progress says what is fetched on the way.
  Result<std::optional<BuildPlan>> Plan(BuildGraph graph, bool probe);

  void TellDownloads() { tells_downloads_ = true; }

  const SourceFiles& files() const { return files_; }
  uint32_t file() const { return file_; }
  const LintReport& lint() const { return lint_; }
  const DiagnosticEngine& diagnostics() const { return diagnostics_; }
  const ExplainLog& explain() const { return explain_; }

  // The most serious of the faults in the engine as an exit code; 1 without any.
  int ExitCode() const;
  // Prints what the engine holds, and `error` when there is one; returns the exit code.
  int Fail(const Error* error) const;

 private:
  const InputOptions& options_;
  CliEnvironment& environment_;
  Workshop& workshop_;
  SourceFiles files_;
  uint32_t file_ = 0;
  bool graph_text_ = false;
  bool tells_downloads_ = false;
  FrontendOptions frontend_options_;
  DiagnosticEngine diagnostics_;
  LintReport lint_;
  ExplainLog explain_;
};

}  // namespace cooper

#endif  // COOPER_CLI_COMPILATION_H_
