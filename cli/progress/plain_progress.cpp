#include "cli/progress/plain_progress.h"

#include <fmt/format.h>

#include <ostream>

#include "cli/progress/plan_text.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// A longer line of output is broken, so that a step cannot fill memory.
constexpr size_t kMaxLineBytes = 8 << 10;
// Of one step: nobody reads more, and a log has to be kept somewhere.
constexpr uint64_t kMaxShownBytes = uint64_t{16} << 20;

double Seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

}  // namespace

PlainProgress::PlainProgress(const BuildPlan& plan, std::ostream& out, bool quiet)
    : plan_(plan), out_(out), quiet_(quiet) {}

void PlainProgress::Line(const Step& step, std::string_view text) {
  if (!quiet_) out_ << fmt::format("#{} {}\n", step.id, text) << std::flush;
}

void PlainProgress::ShowKept() {
  const std::lock_guard lock(mutex_);
  if (!quiet_) out_ << PlanSummary(plan_) << '\n' << std::flush;
  for (const Step& step : plan_.steps) {
    if (step.state == StepState::kRun) continue;
    Line(step,
         fmt::format("{} {} {}", NameOf(step.state), NameOf(step.kind), StepTitle(plan_, step)));
  }
}

void PlainProgress::Note(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  if (!quiet_) out_ << lines << std::flush;
}

void PlainProgress::StepStarted(const Step& step) {
  const std::lock_guard lock(mutex_);
  // What may take long is named when it begins.
  if (step.kind == StepKind::kRun) Line(step, StepTitle(plan_, step));
  if (step.kind == StepKind::kFetch) Line(step, "fetch " + StepTitle(plan_, step));
}

void PlainProgress::StepOutput(const Step& step, int, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  Output& output = outputs_[step.id];
  while (!bytes.empty() && output.shown_bytes < kMaxShownBytes) {
    const size_t room = kMaxLineBytes - output.line.size();
    const size_t end = bytes.substr(0, room).find('\n');
    const bool complete = end != std::string_view::npos;
    const std::string_view part = bytes.substr(0, complete ? end : room);
    output.line += part;
    output.shown_bytes += part.size() + 1;
    bytes.remove_prefix(part.size() + (complete ? 1 : 0));
    if (complete || output.line.size() == kMaxLineBytes) EndLine(step, output);
    if (output.shown_bytes < kMaxShownBytes) continue;
    if (!output.line.empty()) EndLine(step, output);
    Line(step, fmt::format("its output beyond {} MiB is not shown", kMaxShownBytes >> 20));
  }
}

void PlainProgress::EndLine(const Step& step, Output& output) {
  if (output.line.ends_with('\r')) output.line.pop_back();
  Line(step, "| " + EscapeForTerminal(output.line));
  output.line.clear();
}

void PlainProgress::StepEnded(const Step& step, std::chrono::milliseconds took,
                              const Error* error) {
  const std::lock_guard lock(mutex_);
  if (Output& output = outputs_[step.id]; !output.line.empty()) EndLine(step, output);
  const auto end = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_);
  const std::string_view outcome = error == nullptr                                ? "done"
                                   : error->kind() == DiagnosticKind::kInterrupted ? "stopped"
                                                                                   : "failed";
  Line(step, fmt::format("{} {} in {:.1f}s ({:.1f}s to {:.1f}s): {}", outcome, NameOf(step.kind),
                         Seconds(took), Seconds(end - took), Seconds(end), StepTitle(plan_, step)));
}

}  // namespace cooper
