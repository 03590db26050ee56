#include "frontends/dockerfile/prescan/line_reader.h"

#include <fmt/format.h>

#include <utility>

namespace cooper {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view WithoutLineEnd(std::string_view line) {
  const size_t last = line.find_last_not_of("\r\n");
  return last == std::string_view::npos ? std::string_view() : line.substr(0, last + 1);
}

// No-break space and next line count as blanks around a comment.
std::string_view Trim(std::string_view text) {
  const auto wide = [](std::string_view two) { return two == "\xC2\xA0" || two == "\xC2\x85"; };
  while (!text.empty()) {
    if (kBlanks.find(text.front()) != std::string_view::npos) {
      text.remove_prefix(1);
    } else if (kBlanks.find(text.back()) != std::string_view::npos) {
      text.remove_suffix(1);
    } else if (text.size() >= 2 && wide(text.substr(0, 2))) {
      text.remove_prefix(2);
    } else if (text.size() >= 2 && wide(text.substr(text.size() - 2))) {
      text.remove_suffix(2);
    } else {
      break;
    }
  }
  return text;
}

bool IsComment(std::string_view line) {
  const size_t first = line.find_first_not_of(kBlanks);
  return first != std::string_view::npos && line[first] == '#';
}

// Takes a trailing escape character and the blanks after it away; returns
// whether the instruction goes on. An escape that is itself escaped stays.
bool TakeContinuation(std::string_view& line, char escape) {
  const size_t last = line.find_last_not_of(" \t");
  if (last == std::string_view::npos || line[last] != escape) return false;
  if (last > 0 && line[last - 1] == escape) return false;
  line = line.substr(0, last);
  return true;
}

uint32_t ColumnAfter(std::string_view line) {
  return static_cast<uint32_t>(WithoutLineEnd(line).size()) + 1;
}

}  // namespace

LineReader::LineReader(const SourceFiles& files, uint32_t file, DiagnosticEngine& diagnostics)
    : text_(files.file(file).text), file_(file), diagnostics_(diagnostics) {
  if (text_.size() > kMaxDockerfileBytes) {
    diagnostics_.Report(DiagnosticKind::kLimitExceeded, SourceRange{file, {}, {}},
                        fmt::format("the Dockerfile has {} bytes; at most {} are read",
                                    text_.size(), kMaxDockerfileBytes));
    stopped_ = true;
    return;
  }
  directives_ = ParseDirectives(text_, file, diagnostics_);
}

std::optional<std::string_view> LineReader::NextPhysical() {
  if (stopped_ || at_ >= text_.size()) return std::nullopt;
  const size_t end = text_.find('\n', at_);
  const std::string_view line =
      text_.substr(at_, end == std::string_view::npos ? end : end + 1 - at_);
  at_ += line.size();
  ++line_number_;
  const size_t size_bytes = WithoutLineEnd(line).size();
  if (size_bytes > kMaxPhysicalLineBytes) {
    diagnostics_.Report(
        DiagnosticKind::kLimitExceeded, SourceRange{file_, {line_number_, 1}, {line_number_, 2}},
        fmt::format("line of {} bytes is longer than the {} that a Dockerfile allows; continue it "
                    "on the next line",
                    size_bytes, kMaxPhysicalLineBytes));
    stopped_ = true;
    return std::nullopt;
  }
  return line;
}

// A comment's first byte is dropped, not its `#`: an indented one keeps it.
void LineReader::CollectComment(std::string_view line) {
  const std::string_view comment = Trim(line.substr(1));
  if (comment.empty()) {
    comments_.clear();
  } else {
    comments_.emplace_back(comment);
  }
}

std::optional<LogicalLine> LineReader::Next() {
  while (std::optional<std::string_view> physical = NextPhysical()) {
    const std::string_view whole = *physical;
    std::string_view content = whole;
    uint32_t column = 1;
    if (line_number_ == 1 && content.starts_with(kByteOrderMark)) {
      content.remove_prefix(kByteOrderMark.size());
      column += static_cast<uint32_t>(kByteOrderMark.size());
    }
    if (IsComment(content)) {
      if (line_number_ > directives_.line_count) CollectComment(content);
      continue;
    }
    const size_t blanks = content.find_first_not_of(kBlanks);
    if (blanks == std::string_view::npos) continue;
    content = WithoutLineEnd(content.substr(blanks));
    column += static_cast<uint32_t>(blanks);

    LogicalLine line;
    line.file = file_;
    line.escape = directives_.escape;
    line.first_line = line_number_;
    line.last_column = ColumnAfter(whole);
    line.pieces.push_back({0, line_number_, column});
    bool goes_on = TakeContinuation(content, directives_.escape);
    line.text = content;
    while (goes_on) {
      const std::optional<std::string_view> next = NextPhysical();
      if (!next) break;
      line.last_column = ColumnAfter(*next);
      if (IsComment(*next)) continue;
      content = WithoutLineEnd(*next);
      if (content.find_first_not_of(kBlanks) == std::string_view::npos) {
        line.empty_continuations.push_back(line_number_);
        continue;
      }
      goes_on = TakeContinuation(content, directives_.escape);
      line.pieces.push_back({line.text.size(), line_number_, 1});
      line.text += content;
    }
    if (stopped_) return std::nullopt;
    line.last_line = line_number_;
    line.comments = std::exchange(comments_, {});
    return line;
  }
  return std::nullopt;
}

void LineReader::ReadHeredocs(LogicalLine& line, std::vector<Heredoc> markers) {
  for (Heredoc& heredoc : markers) {
    bool terminated = false;
    while (const std::optional<std::string_view> physical = NextPhysical()) {
      line.last_column = ColumnAfter(*physical);
      std::string_view candidate = WithoutLineEnd(*physical);
      if (heredoc.chomp) {
        candidate.remove_prefix(std::min(candidate.find_first_not_of('\t'), candidate.size()));
      }
      if (candidate == heredoc.name) {
        terminated = true;
        break;
      }
      heredoc.content += *physical;
    }
    line.last_line = line_number_;
    if (!terminated && !stopped_) {
      diagnostics_.Report(DiagnosticKind::kSyntax, line.WholeRange(),
                          fmt::format("unterminated heredoc; no line is `{}`", heredoc.name));
    }
    line.heredocs.push_back(std::move(heredoc));
    if (!terminated) return;
  }
}

}  // namespace cooper
