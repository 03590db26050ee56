// What a target takes from outside: arguments, secrets, agents, caches.
//
// Collected while the target is lowered; the collector lives for one compilation
// and borrows the options.

#ifndef COOPER_FRONTENDS_DOCKERFILE_INSPECT_OUTLINE_H_
#define COOPER_FRONTENDS_DOCKERFILE_INSPECT_OUTLINE_H_

#include <optional>
#include <string>
#include <vector>

#include "frontends/dockerfile/expand/word_expander.h"
#include "frontends/dockerfile/stages/lowering_observer.h"
#include "frontends/frontend.h"
#include "ir/base/source_range.h"

namespace cooper {

struct Outline {
  struct Argument {
    std::string name;
    std::string description;
    std::string value;  // with the build arguments; empty without a default
    SourceRange range;
  };
  // A secret or an agent of ssh.
  struct Credential {
    std::string id;
    bool required = false;
    SourceRange range;
  };
  struct Cache {
    std::string id;
    SourceRange range;
  };

  std::string name;  // of the stage; may be empty
  std::string description;
  // Each in the order of the text; one entry a name.
  std::vector<Argument> arguments;
  std::vector<Credential> secrets;
  std::vector<Credential> agents;
  std::vector<Cache> caches;
};

class OutlineCollector final : public LoweringObserver {
 public:
  explicit OutlineCollector(const FrontendOptions& options) : options_(options) {}

  Outline Take();

  void OnFile(const StageList& stages, const Environment& global_scope) override;
  void OnStage(const Stage& stage, std::optional<size_t> parent) override;
  void OnInstruction(const Stage& stage, const Instruction& instruction,
                     const StageState& before) override;

 private:
  void AddGlobals(const Instruction& from, std::string_view text);
  void AddArguments(const Instruction& arg, const StageState& before);
  void AddMount(const Instruction& run, const Flag& mount, const StageState& before);

  const FrontendOptions& options_;
  const StageList* stages_ = nullptr;
  const Environment* global_scope_ = nullptr;
  ExpansionBudget budget_;
  Outline outline_;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_INSPECT_OUTLINE_H_
