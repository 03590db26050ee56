#include "frontends/dockerfile/prescan/logical_line.h"

#include <algorithm>

namespace cooper {

std::string Heredoc::Text() const {
  if (!chomp) return content;
  std::string text;
  bool at_line_start = true;
  for (const char c : content) {
    if (at_line_start && c == '\t') continue;
    at_line_start = c == '\n';
    text += c;
  }
  return text;
}

SourcePosition LogicalLine::PositionOf(size_t offset) const {
  if (shown_at) return shown_at->begin;
  const auto after =
      std::upper_bound(pieces.begin(), pieces.end(), offset,
                       [](size_t value, const Piece& piece) { return value < piece.offset; });
  const Piece& piece = after == pieces.begin() ? pieces.front() : *(after - 1);
  return {piece.line, piece.column + static_cast<uint32_t>(offset - piece.offset)};
}

SourceRange LogicalLine::RangeOf(size_t begin, size_t end) const {
  if (shown_at) return *shown_at;
  // The end belongs to the piece of the last byte, not to the start of the next.
  SourcePosition last = PositionOf(end > begin ? end - 1 : begin);
  ++last.column;
  return {file, PositionOf(begin), last};
}

SourceRange LogicalLine::WholeRange() const {
  if (shown_at) return *shown_at;
  return {file, PositionOf(0), {last_line, last_column}};
}

}  // namespace cooper
