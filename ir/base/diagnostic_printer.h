// Turns diagnostics and errors into the text that a user reads.
//
//   Dockerfile:2:1: error: unknown instruction `CPOY`; did you mean `COPY`? [unknown-instruction]
//     2 | CPOY . /srv
//       | ^~~~

#ifndef COOPER_IR_BASE_DIAGNOSTIC_PRINTER_H_
#define COOPER_IR_BASE_DIAGNOSTIC_PRINTER_H_

#include <string>

#include "ir/base/diagnostic_engine.h"
#include "ir/base/error.h"
#include "ir/base/source_files.h"
#include "ir/base/source_range.h"

namespace cooper {

// Every line ends in a newline; text from outside is escaped. A range over
// several lines shows its first line.
std::string FormatDiagnostic(const Diagnostic& diagnostic, const SourceFiles& files);
std::string FormatError(const Error& error, const SourceFiles& files);

// The first line of `range` with a caret under it, as the messages show it; nothing
// for a place outside of the text.
std::string FormatExcerpt(const SourceRange& range, const SourceFiles& files);

// All of an engine's diagnostics in order, then a line for those dropped.
std::string FormatDiagnostics(const DiagnosticEngine& engine, const SourceFiles& files);

}  // namespace cooper

#endif  // COOPER_IR_BASE_DIAGNOSTIC_PRINTER_H_
