#include "ir/base/diagnostic_printer.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/text/text.h"
#include "ir/text/url_text.h"

namespace cooper {
namespace {

constexpr size_t kMaxExcerptBytes = 160;

// The line with the range underlined. Columns count bytes; the underline is
// laid out by what the escaped text occupies on a terminal.
std::string Excerpt(const SourceRange& range, const SourceFiles& files) {
  // Column for column the same, but that URLs keep their passwords.
  const std::string quoted =
      HideUserinfo(files.Line(range.file, range.begin.line), kMaxExcerptBytes);
  std::string_view line = quoted;
  if (line.empty()) return {};
  size_t begin = std::min<size_t>(range.begin.column - 1, line.size());
  size_t end = range.end.line == range.begin.line
                   ? std::min<size_t>(range.end.column - 1, line.size())
                   : line.size();
  if (end < begin) end = begin;

  const std::string before = EscapeForTerminal(line.substr(0, begin));
  const std::string marked = EscapeForTerminal(line.substr(begin, end - begin));
  const std::string after = EscapeForTerminal(line.substr(end));
  const std::string number = std::to_string(range.begin.line);
  const size_t width = std::max<size_t>(1, DisplayWidth(marked));
  return fmt::format("  {} | {}{}{}\n  {} | {}^{}\n", number, before, marked, after,
                     std::string(number.size(), ' '), std::string(DisplayWidth(before), ' '),
                     std::string(width - 1, '~'));
}

std::string Format(DiagnosticKind kind, const std::string& message,
                   const std::optional<SourceRange>& range, const SourceFiles& files) {
  std::string text;
  const bool placed = range && range->file < files.size();
  if (placed) {
    text = fmt::format("{}:{}:{}: ", EscapeForTerminal(files.file(range->file).name),
                       range->begin.line, range->begin.column);
  }
  text += fmt::format("{}: {} [{}]\n", SeverityOf(kind) == Severity::kError ? "error" : "warning",
                      EscapeForTerminal(message), NameOf(kind));
  if (placed) text += Excerpt(*range, files);
  return text;
}

}  // namespace

std::string FormatExcerpt(const SourceRange& range, const SourceFiles& files) {
  return range.file < files.size() ? Excerpt(range, files) : std::string();
}

std::string FormatDiagnostic(const Diagnostic& diagnostic, const SourceFiles& files) {
  return Format(diagnostic.kind, diagnostic.message, diagnostic.range, files);
}

std::string FormatError(const Error& error, const SourceFiles& files) {
  std::string text = Format(error.kind(), error.message(), error.range(), files);
  for (const std::string& detail : error.details()) {
    text += "  " + EscapeForTerminal(detail) + "\n";
  }
  return text;
}

std::string FormatDiagnostics(const DiagnosticEngine& engine, const SourceFiles& files) {
  std::string text;
  for (const Diagnostic& diagnostic : engine.Sorted()) text += FormatDiagnostic(diagnostic, files);
  if (engine.dropped_count() > 0) {
    text += fmt::format("{} more not shown\n", engine.dropped_count());
  }
  return text;
}

}  // namespace cooper
