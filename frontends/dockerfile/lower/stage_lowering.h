// One stage: FROM and the instructions behind it, in order.
//
// What instructions see of the compilation: the state that they change, and
// helpers that expand words, add vertices and write history. Borrows the
// FileLowering; lives as long as its stage is being lowered.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LOWER_STAGE_LOWERING_H_
#define COOPER_FRONTENDS_DOCKERFILE_LOWER_STAGE_LOWERING_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/lower/file_lowering.h"
#include "frontends/dockerfile/stages/stage.h"
#include "frontends/dockerfile/stages/stage_state.h"

namespace cooper {

inline constexpr std::string_view kHistoryComment = "cooper.dockerfile.v0";

class StageLowering {
 public:
  StageLowering(FileLowering& file, const Stage& stage) : file_(file), stage_(stage) {}

  // Nothing when the stage could not begin, which was reported; faults of single
  // instructions are reported and the others go on.
  std::optional<StageState> Run();

  FileLowering& file() { return file_; }
  const Stage& stage() const { return stage_; }
  StageState& state() { return state_; }

  // The words of `instruction` with the variables of this stage. Nothing after a
  // reported fault. All words of one instruction see the same variables: callers
  // expand first and change the state afterwards.
  std::optional<std::string> Expand(const Instruction& instruction, const Word& word);
  // The value of `flag`, which must have one.
  std::optional<std::string> Expand(const Instruction& instruction, const Flag& flag);
  std::optional<std::vector<std::string>> ExpandSplit(const Instruction& instruction,
                                                      const Word& word);
  std::optional<std::string> ExpandText(const Instruction& instruction, std::string_view text,
                                        const SourceRange& range, ExpandOptions options);

  void Report(DiagnosticKind kind, const SourceRange& range, std::string message) {
    file_.diagnostics().Report(kind, range, std::move(message));
  }

  Edge AddVertex(const Instruction& instruction, std::string_view word, Op op,
                 std::vector<Edge> inputs);
  // `layer` is the vertex whose change the line describes, if there is one.
  void AddHistory(const Instruction& instruction, std::string created_by,
                  std::optional<VertexId> layer = std::nullopt);

  // The absolute, clean working directory.
  std::string WorkingDir() const;
  // The shell that shell forms are given to.
  std::vector<std::string> Shell() const;

 private:
  bool Begin();
  void SuggestStage(const std::string& text, const SourceRange& range);
  bool IgnoresFault(const ExpandFault& fault) const;
  void TellUnset(const Instruction& instruction, const SourceRange& range,
                 const std::vector<std::string>& names);
  std::optional<Platform> StagePlatform();
  void RunTriggers(const std::vector<std::string>& triggers);

  FileLowering& file_;
  const Stage& stage_;
  StageState state_;
  std::vector<std::string> triggers_;
  std::optional<size_t> parent_;
  bool replaced_ = false;  // by a named context: the instructions do not count
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LOWER_STAGE_LOWERING_H_
