// A whole Dockerfile: syntax tree -> build graph.
//
// Lives for one compilation and borrows everything it is given. Stages are
// lowered once each, only those that a target needs, in the order of the file;
// a stage that a base image's trigger brings in is lowered when it is met.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LOWER_FILE_LOWERING_H_
#define COOPER_FRONTENDS_DOCKERFILE_LOWER_FILE_LOWERING_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/expand/word_expander.h"
#include "frontends/dockerfile/grammar/ast.h"
#include "frontends/dockerfile/stages/environment.h"
#include "frontends/dockerfile/stages/lowering_observer.h"
#include "frontends/dockerfile/stages/stage.h"
#include "frontends/dockerfile/stages/stage_state.h"
#include "frontends/frontend.h"
#include "ir/graph/graph_builder.h"

namespace cooper {

// All that the graph may hold of environments and histories.
inline constexpr size_t kMaxGraphBytes = 256 << 20;

// The files that COPY or a mount reads, and whether their owners count.
struct SourceTree {
  Edge edge;
  bool keep_owner = false;
};

class StageLowering;

// What an instruction does to its stage: LowerInstruction, which knows all of them.
using InstructionLowering = void (*)(const Instruction& instruction, StageLowering& stage);

// How much of the file is gone through, and who watches.
struct LoweringOptions {
  LoweringObserver* observer = nullptr;  // borrowed
  bool all_stages = false;               // also those that no target needs
  bool offline = false;                  // ask for no image: each counts as an empty one
};

class FileLowering {
 public:
  FileLowering(SourceFiles& files, const Dockerfile& dockerfile, const FrontendOptions& options,
               ImageResolver& resolver, DiagnosticEngine& diagnostics,
               InstructionLowering instruction_lowering, const LoweringOptions& lowering = {});

  // Nothing after a fault, which was reported.
  std::optional<BuildGraph> Run();

  // For StageLowering and the instructions.
  SourceFiles& files() { return files_; }
  const FrontendOptions& options() const { return options_; }
  DiagnosticEngine& diagnostics() { return diagnostics_; }
  GraphBuilder& builder() { return builder_; }
  const StageList& stages() const { return stages_; }
  const Environment& global_scope() const { return global_scope_; }
  InstructionLowering lower_instruction() const { return lower_instruction_; }
  ExpansionBudget& expansion_budget() { return expansion_budget_; }
  LoweringObserver& observer() { return *observer_; }

  // The lowered stage; nothing when it has faults (reported) or is being lowered.
  const StageState* LowerStage(size_t index);

  // Whether CheckInstruction found fault with it: it is not lowered.
  bool IsFaulty(const Instruction& instruction) const { return faulty_.contains(&instruction); }

  // The main build context.
  Edge ContextTree();

  // What `--from=text` means in stage `current`: a stage, a named context or an
  // image, by index only where `indexes`. Nothing after a reported fault.
  std::optional<SourceTree> FromTree(const std::string& text, size_t current, bool indexes,
                                     const SourceRange& range);

  // Where a stage begins that is FROM the named context or image `text`.
  std::optional<StageState> BaseOf(const std::string& text, const Platform& platform,
                                   const Stage& stage, const SourceRange& range);
  StageState ScratchState(const Stage& stage, const SourceRange& range);

  // Counts bytes against the limit of the graph; reports at `range` when it is passed.
  bool ChargeGraph(size_t size_bytes, const SourceRange& range);

 private:
  enum class Progress : uint8_t { kNew, kRunning, kDone, kFailed };

  void ReadSourceDateEpoch();
  // Looks up the source that SOURCE_DATE_EPOCH names, once the stages are lowered;
  // `target` is the stage that asks.
  void FindEpochSource(size_t target);
  std::optional<std::vector<size_t>> ChooseTargets();
  std::vector<std::set<size_t>> StageDependencies() const;
  // The stage that `--from=text` names, nothing when it names something else.
  std::optional<size_t> FindFrom(std::string_view text, bool indexes) const;
  // Whether stage `current` may read stage `wanted`; reports when not.
  bool CheckReference(size_t wanted, size_t current, const std::string& text, bool indexes,
                      const SourceRange& range);
  // Does so for every stage, also for those that no target needs.
  void CheckReferences();
  bool Reaches(size_t from, size_t to) const;
  const NamedContext* FindContext(std::string_view name, const Platform& platform) const;
  std::optional<StageState> ContextState(const std::string& name, const NamedContext& context,
                                         const Platform& platform, const std::string& label,
                                         const SourceRange& range);
  // The tree at a URL; reports when the URL is malformed.
  std::optional<Edge> UrlContext(const std::string& name, const std::string& url,
                                 const std::string& label, const SourceRange& range);
  StageState UnknownState(const Platform& platform);
  StageState ImageState(const ResolvedImage& image, const Platform& platform,
                        const std::string& label, const SourceRange& range,
                        const std::string& shown);
  void AddTarget(size_t index);

  SourceFiles& files_;
  const Dockerfile& dockerfile_;
  const FrontendOptions& options_;
  ImageResolver& resolver_;
  DiagnosticEngine& diagnostics_;
  InstructionLowering lower_instruction_;
  LoweringObserver nobody_;
  LoweringObserver* observer_;
  bool all_stages_;
  GraphBuilder builder_;
  StageList stages_;
  Environment global_scope_;
  std::optional<int64_t> source_date_epoch_;
  std::string epoch_source_;  // the name instead of a number, or empty
  std::optional<VertexId> epoch_of_;
  std::vector<std::set<size_t>> dependencies_;
  std::vector<Progress> progress_;
  std::vector<std::unique_ptr<StageState>> states_;
  std::set<const Instruction*> faulty_;
  bool offline_;  // images are taken for empty ones
  std::optional<Edge> context_;
  std::map<std::string, SourceTree, std::less<>> outside_trees_;  // by the text of --from
  ExpansionBudget expansion_budget_;
  size_t graph_bytes_ = 0;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LOWER_FILE_LOWERING_H_
