// The interface of a lint rule: what it is shown of a Dockerfile, and how it reports.
//
// The Linter makes one instance a run and calls it from one thread, in the order
// in which the file is lowered. A rule keeps what it needs between calls; all
// arguments are borrowed for the call.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LINT_RULE_H_
#define COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LINT_RULE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontends/dockerfile/grammar/ast.h"
#include "frontends/dockerfile/stages/environment.h"
#include "frontends/dockerfile/stages/stage.h"
#include "frontends/dockerfile/stages/stage_state.h"
#include "frontends/frontend.h"

namespace cooper {

// The whole file, before a stage is lowered.
struct LintFile {
  const Dockerfile& dockerfile;
  const StageList& stages;
  const Environment& global_scope;  // the variables of FROM lines
  const FrontendOptions& options;
};

// One instruction of a stage that the build needs, and what the stage is before it.
struct LintInstruction {
  const LintFile& file;
  const Stage& stage;
  const Instruction& instruction;
  const StageState& state;

  // The word with its variables; what cannot be expanded stays as it is.
  std::string Expand(const Word& word) const;
};

// Where a rule's findings go. Those of silenced rules are dropped here.
class LintReporter {
 public:
  virtual ~LintReporter() = default;

  // `range` is what a caret shows, inside `instruction`. `message` is said as
  // BuildKit says it where the rule is BuildKit's. `help` is what to do, if the
  // message does not tell.
  void Report(const Instruction& instruction, const SourceRange& range, std::string message,
              std::string help = {}) {
    ReportAt(instruction, range, instruction.WholeRange(), std::move(message), std::move(help));
  }

  // As Report, but `lines` are those that BuildKit names.
  virtual void ReportAt(const Instruction& instruction, const SourceRange& range,
                        const SourceRange& lines, std::string message, std::string help = {}) = 0;
};

class LintRule {
 public:
  virtual ~LintRule() = default;

  // Every rule overrides what it needs to see.

  virtual void CheckFile(const LintFile& /*file*/, LintReporter& /*reporter*/) {}

  // A needed stage begins; `parent` is the index of the stage that it is FROM.
  virtual void CheckStage(const LintFile& /*file*/, const Stage& /*stage*/,
                          std::optional<size_t> /*parent*/, LintReporter& /*reporter*/) {}

  virtual void CheckBaseImage(const Stage& /*stage*/, const std::string& /*name*/,
                              const Platform& /*wanted*/, const Platform& /*found*/,
                              LintReporter& /*reporter*/) {}

  virtual void CheckInstruction(const LintInstruction& /*at*/, LintReporter& /*reporter*/) {}

  // A word of the instruction at `range` names variables that are not set.
  virtual void CheckUnset(const LintInstruction& /*at*/, const SourceRange& /*range*/,
                          const std::vector<std::string>& /*names*/, LintReporter& /*reporter*/) {}

  // After the last stage.
  virtual void Finish(LintReporter& /*reporter*/) {}
};

// The candidate that differs from `name` by at most two edits, case counting;
// empty when there is none.
std::string NearestVariable(std::string_view name, const std::vector<std::string>& candidates);

// " (did you mean PREFIXname?)", or nothing without a name.
std::string DidYouMean(const std::string& name, std::string_view prefix = "");

// The names of the variables that an environment holds.
std::vector<std::string> NamesOf(const Environment& environment);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LINT_CATALOG_LINT_RULE_H_
