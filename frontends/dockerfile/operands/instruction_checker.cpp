#include "frontends/dockerfile/operands/instruction_checker.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "frontends/dockerfile/operands/instruction_flags.h"
#include "frontends/dockerfile/prescan/heredoc_marker.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

class Checker {
 public:
  Checker(const Instruction& instruction, DiagnosticEngine& diagnostics)
      : instruction_(instruction),
        diagnostics_(diagnostics),
        keyword_(InfoOf(instruction.kind).keyword) {}

  void Check();

 private:
  void Report(SourceRange range, std::string message) {
    diagnostics_.Report(DiagnosticKind::kInvalidArgument, range, std::move(message));
  }
  // Whether there are arguments at all; reports when not.
  bool RequireSome(std::string_view how_many) {
    if (!instruction_.arguments.empty() || !instruction_.assignments.empty() ||
        instruction_.trigger) {
      return true;
    }
    Report(instruction_.WholeRange(), fmt::format("{} requires {}", keyword_, how_many));
    return false;
  }
  void CheckCopy();
  void CheckHealthcheck();
  void CheckArg();

  const Instruction& instruction_;
  DiagnosticEngine& diagnostics_;
  std::string_view keyword_;
};

void Checker::CheckCopy() {
  const std::vector<Word>& words = instruction_.arguments;
  if (words.size() < 2) {
    Report(instruction_.WholeRange(),
           fmt::format("{} requires at least two arguments, but {} provided; the destination could "
                       "not be determined",
                       keyword_, words.empty() ? "none was" : "only one was"));
    return;
  }
  const bool heredocs = !instruction_.heredocs().empty();
  if (heredocs && ParseHeredocMarker(words.back().text)) {
    Report(instruction_.RangeOf(words.back()),
           fmt::format("{} cannot accept a heredoc as a destination", keyword_));
  }
}

void Checker::CheckHealthcheck() {
  if (!RequireSome("at least one argument; `CMD` or `NONE`")) return;
  const Word& type = instruction_.arguments[0];
  std::string upper = type.text;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (upper == "NONE") {
    if (instruction_.arguments.size() > 1 || instruction_.json) {
      Report(instruction_.WholeRange(), "HEALTHCHECK NONE takes no arguments");
    }
  } else if (upper != "CMD") {
    Report(instruction_.RangeOf(type),
           fmt::format("unknown type `{}` in HEALTHCHECK; try `CMD`", type.text));
  } else if (instruction_.arguments.size() < 2) {
    Report(instruction_.WholeRange(), "missing command after HEALTHCHECK CMD");
  }
}

void Checker::CheckArg() {
  if (!RequireSome("at least one argument")) return;
  for (const Word& word : instruction_.arguments) {
    if (word.text.empty() || word.text[0] == '=') {
      Report(instruction_.RangeOf(word), "ARG names can not be blank");
    }
  }
}

void Checker::Check() {
  switch (instruction_.kind) {
    case InstructionKind::kAdd:
    case InstructionKind::kCopy:
      CheckCopy();
      break;
    case InstructionKind::kArg:
      CheckArg();
      break;
    case InstructionKind::kEnv:
    case InstructionKind::kLabel:
      RequireSome("at least one argument");
      for (const Assignment& assignment : instruction_.assignments) {
        if (assignment.name.text.empty()) {
          Report(instruction_.line->RangeOf(assignment.name.begin, assignment.value.end),
                 fmt::format("{} names can not be blank", keyword_));
        }
      }
      break;
    case InstructionKind::kExpose:
    case InstructionKind::kVolume:
      RequireSome("at least one argument");
      break;
    case InstructionKind::kShell:
      if (!instruction_.json && !instruction_.arguments.empty()) {
        Report(instruction_.WholeRange(),
               "SHELL requires the arguments to be in JSON form; write `SHELL [\"/bin/sh\", "
               "\"-c\"]`");
      } else {
        RequireSome("at least one argument");
      }
      break;
    case InstructionKind::kMaintainer:
    case InstructionKind::kStopsignal:
    case InstructionKind::kUser:
    case InstructionKind::kWorkdir:
      RequireSome("exactly one argument");
      break;
    case InstructionKind::kHealthcheck:
      CheckHealthcheck();
      break;
    case InstructionKind::kOnbuild:
      if (RequireSome("at least one argument")) CheckTrigger(*instruction_.trigger, diagnostics_);
      break;
    case InstructionKind::kCmd:
    case InstructionKind::kEntrypoint:
    case InstructionKind::kFrom:
    case InstructionKind::kRun:  // alone it runs the shell with nothing to do
    case InstructionKind::kUnknown:
      break;
  }
}

// Written as such, or as `\u0000` of the exec form.
bool HasNul(const Instruction& instruction) {
  const auto has = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  bool found = has(instruction.line->text);
  for (const Word& word : instruction.arguments) found = found || has(word.text);
  for (const Heredoc& heredoc : instruction.heredocs()) found = found || has(heredoc.content);
  return found || (instruction.trigger && HasNul(*instruction.trigger));
}

}  // namespace

void CheckInstruction(const Instruction& instruction, DiagnosticEngine& diagnostics) {
  if (instruction.kind == InstructionKind::kUnknown) {
    const std::optional<std::string_view> nearest =
        NearestName(instruction.keyword.text, InstructionKeywords());
    diagnostics.Report(DiagnosticKind::kUnknownInstruction, instruction.KeywordRange(),
                       fmt::format("unknown instruction `{}`{}", instruction.keyword.text,
                                   nearest ? fmt::format("; did you mean `{}`?", *nearest) : ""));
    return;
  }
  if (HasNul(instruction)) {
    diagnostics.Report(DiagnosticKind::kInvalidArgument, instruction.WholeRange(),
                       fmt::format("{} has a NUL byte, which no argument can hold",
                                   InfoOf(instruction.kind).keyword));
    return;
  }
  CheckFlags(instruction, diagnostics);
  Checker(instruction, diagnostics).Check();
}

void CheckTrigger(const Instruction& trigger, DiagnosticEngine& diagnostics) {
  if (trigger.kind == InstructionKind::kOnbuild) {
    diagnostics.Report(DiagnosticKind::kInvalidArgument, trigger.KeywordRange(),
                       "chaining ONBUILD via `ONBUILD ONBUILD` is not allowed");
  } else if (trigger.kind == InstructionKind::kFrom ||
             trigger.kind == InstructionKind::kMaintainer) {
    diagnostics.Report(
        DiagnosticKind::kInvalidArgument, trigger.KeywordRange(),
        fmt::format("{} is not allowed as an ONBUILD trigger", InfoOf(trigger.kind).keyword));
  }
}

}  // namespace cooper
