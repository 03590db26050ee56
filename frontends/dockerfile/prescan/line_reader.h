// Turns the physical lines of a Dockerfile into logical ones, one at a time.
//
// A reader borrows the text and the diagnostics for its life. Whether a line is
// followed by heredoc bodies is known only once its instruction was parsed, so
// the caller asks for them.

#ifndef COOPER_FRONTENDS_DOCKERFILE_PRESCAN_LINE_READER_H_
#define COOPER_FRONTENDS_DOCKERFILE_PRESCAN_LINE_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/prescan/directives.h"
#include "frontends/dockerfile/prescan/logical_line.h"
#include "ir/base/diagnostic_engine.h"
#include "ir/base/source_files.h"

namespace cooper {

inline constexpr size_t kMaxPhysicalLineBytes = 65'535;
inline constexpr size_t kMaxDockerfileBytes = 16 << 20;

class LineReader {
 public:
  // Reads the directives of file `file` at once.
  LineReader(const SourceFiles& files, uint32_t file, DiagnosticEngine& diagnostics);

  const Directives& directives() const { return directives_; }

  // The next instruction; nothing at the end of the file or after a fault that
  // makes the rest unreadable (a limit), which was reported.
  std::optional<LogicalLine> Next();

  // Moves the bodies that follow `line` into it, one for each of `markers`.
  // An unterminated one is reported and takes the rest of the file.
  void ReadHeredocs(LogicalLine& line, std::vector<Heredoc> markers);

 private:
  // The next physical line with its line end, its number in `line_number_`.
  std::optional<std::string_view> NextPhysical();
  void CollectComment(std::string_view line);

  std::string_view text_;
  uint32_t file_;
  DiagnosticEngine& diagnostics_;
  Directives directives_;
  size_t at_ = 0;
  uint32_t line_number_ = 0;  // of the line last returned
  std::vector<std::string> comments_;
  bool stopped_ = false;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_PRESCAN_LINE_READER_H_
