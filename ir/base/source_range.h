// Where in the user's text something was written.

#ifndef COOPER_IR_BASE_SOURCE_RANGE_H_
#define COOPER_IR_BASE_SOURCE_RANGE_H_

#include <compare>
#include <cstdint>

namespace cooper {

// A place in one source file. Lines count from 1; columns count bytes from 1.
struct SourcePosition {
  uint32_t line = 1;
  uint32_t column = 1;

  friend auto operator<=>(const SourcePosition&, const SourcePosition&) = default;
};

// A piece of one source file, `end` exclusive. `file` indexes the SourceFiles
// that the frontend was given; the graph built from them keeps their names.
struct SourceRange {
  uint32_t file = 0;
  SourcePosition begin;
  SourcePosition end;

  friend auto operator<=>(const SourceRange&, const SourceRange&) = default;
};

}  // namespace cooper

#endif  // COOPER_IR_BASE_SOURCE_RANGE_H_
