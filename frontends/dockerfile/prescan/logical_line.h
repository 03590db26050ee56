// One instruction of a Dockerfile as text: continuations joined, comments taken
// out, with the way back to the lines as they were written.
//
// Plain values; the line owns its text.

#ifndef COOPER_FRONTENDS_DOCKERFILE_PRESCAN_LOGICAL_LINE_H_
#define COOPER_FRONTENDS_DOCKERFILE_PRESCAN_LOGICAL_LINE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/base/source_range.h"

namespace cooper {

// `<<EOF` and what follows it.
struct Heredoc {
  std::string name;  // the terminator, without quotes
  uint32_t file_descriptor = 0;
  bool expand = true;   // no part of the name was quoted
  bool chomp = false;   // `<<-`: leading tabs do not count
  std::string content;  // the lines as written, line ends and tabs included

  // The content as the file that it stands for: without leading tabs for `<<-`.
  std::string Text() const;
};

struct LogicalLine {
  // The text from `offset` on comes from `line`, beginning at `column`.
  struct Piece {
    size_t offset = 0;
    uint32_t line = 0;
    uint32_t column = 0;
  };

  std::string text;
  std::vector<Piece> pieces;  // ascending; never empty
  uint32_t file = 0;
  char escape = '\\';  // of the file
  uint32_t first_line = 0;
  uint32_t last_line = 0;                     // bodies of heredocs included
  uint32_t last_column = 1;                   // after the last byte of `last_line`
  std::vector<std::string> comments;          // the lines of comment directly above
  std::vector<uint32_t> empty_continuations;  // numbers of blank lines inside
  std::vector<Heredoc> heredocs;
  // When set, every place is this one: an ONBUILD trigger is shown at the FROM
  // that brought it in.
  std::optional<SourceRange> shown_at;

  SourcePosition PositionOf(size_t offset) const;
  // Bytes [begin, end) of the text.
  SourceRange RangeOf(size_t begin, size_t end) const;
  // From the first line to the last, heredocs included.
  SourceRange WholeRange() const;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_PRESCAN_LOGICAL_LINE_H_
