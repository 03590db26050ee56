// Collects the faults of the user's text, so that one run shows them all.

#ifndef COOPER_IR_BASE_DIAGNOSTIC_ENGINE_H_
#define COOPER_IR_BASE_DIAGNOSTIC_ENGINE_H_

#include <optional>
#include <string>
#include <vector>

#include "ir/base/diagnostic_kind.h"
#include "ir/base/error.h"
#include "ir/base/source_files.h"
#include "ir/base/source_range.h"

namespace cooper {

// One fault of the user's text. The message follows the rules of Error.
struct Diagnostic {
  DiagnosticKind kind;
  std::string message;
  std::optional<SourceRange> range;
};

// Not thread-safe; each stage of a compilation reports from one thread.
class DiagnosticEngine {
 public:
  // More faults than this are counted but not kept.
  static constexpr size_t kMaxDiagnostics = 100;

  void Report(DiagnosticKind kind, SourceRange range, std::string message);
  void Report(const Error& error);

  bool has_errors() const { return error_count_ > 0; }
  size_t error_count() const { return error_count_; }
  size_t dropped_count() const { return dropped_count_; }

  // In the order of the source text; faults without a range last.
  std::vector<Diagnostic> Sorted() const;

 private:
  void Add(Diagnostic diagnostic);

  std::vector<Diagnostic> diagnostics_;
  size_t error_count_ = 0;
  size_t dropped_count_ = 0;
};

}  // namespace cooper

#endif  // COOPER_IR_BASE_DIAGNOSTIC_ENGINE_H_
