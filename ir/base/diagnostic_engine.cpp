#include "ir/base/diagnostic_engine.h"

#include <algorithm>
#include <utility>

namespace cooper {

void DiagnosticEngine::Report(DiagnosticKind kind, SourceRange range, std::string message) {
  Add({kind, std::move(message), range});
}

void DiagnosticEngine::Report(const Error& error) {
  Add({error.kind(), error.message(), error.range()});
}

void DiagnosticEngine::Add(Diagnostic diagnostic) {
  if (SeverityOf(diagnostic.kind) == Severity::kError) ++error_count_;
  if (diagnostics_.size() >= kMaxDiagnostics) {
    ++dropped_count_;
    return;
  }
  diagnostics_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> DiagnosticEngine::Sorted() const {
  std::vector<Diagnostic> sorted = diagnostics_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Diagnostic& a, const Diagnostic& b) {
    if (a.range.has_value() != b.range.has_value()) return a.range.has_value();
    return a.range < b.range;
  });
  return sorted;
}

}  // namespace cooper
