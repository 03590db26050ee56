#include "ir/graph/text/graph_lexer.h"

#include <algorithm>

namespace cooper {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsWordStart(char c) { return IsLower(c) || IsUpper(c) || c == '_'; }
bool IsWordPart(char c) { return IsWordStart(c) || IsDigit(c) || c == '.'; }
// Wider than a vertex name, so that an ill-formed one is a single token.
bool IsNamePart(char c) { return IsWordPart(c) || c == '-'; }

template <typename Holds>
size_t LengthWhile(std::string_view text, Holds&& holds) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), holds) - text.begin());
}

}  // namespace

void GraphLexer::SkipBlanksAndComment() {
  while (offset_ < text_.size() &&
         (text_[offset_] == ' ' || text_[offset_] == '\t' || text_[offset_] == '\r')) {
    ++offset_;
  }
  if (text_.substr(offset_).starts_with('#') || text_.substr(offset_).starts_with("//")) {
    offset_ = std::min(text_.find('\n', offset_), text_.size());
  }
}

GraphToken GraphLexer::Cut(GraphTokenKind kind, size_t size, size_t without_prefix) {
  const auto position = [&] {
    return SourcePosition{line_, static_cast<uint32_t>(offset_ - line_begin_ + 1)};
  };
  GraphToken token{kind, text_.substr(offset_ + without_prefix, size - without_prefix), {}};
  token.range = {file_, position(), {}};
  offset_ += size;
  token.range.end = position();
  return token;
}

GraphToken GraphLexer::Lex() {
  SkipBlanksAndComment();
  const std::string_view rest = text_.substr(offset_);
  if (rest.empty()) return Cut(GraphTokenKind::kEnd, 0);
  const char first = rest[0];
  if (first == '\n') {
    const GraphToken token = Cut(GraphTokenKind::kNewline, 1);
    ++line_;
    line_begin_ = offset_;
    return token;
  }
  if (first == '%') {
    return Cut(GraphTokenKind::kName, 1 + LengthWhile(rest.substr(1), IsNamePart), 1);
  }
  if (IsWordStart(first)) {
    const size_t length = LengthWhile(rest, IsWordPart);
    if (rest.substr(0, length) == "sha256" && rest.substr(length).starts_with(':')) {
      return Cut(GraphTokenKind::kDigest,
                 length + 1 + LengthWhile(rest.substr(length + 1), IsWordPart));
    }
    return Cut(GraphTokenKind::kWord, length);
  }
  if (IsDigit(first)) return Cut(GraphTokenKind::kNumber, LengthWhile(rest, IsWordPart));
  if (first == '"') {
    size_t end = 1;
    while (end < rest.size() && rest[end] != '"' && rest[end] != '\n') {
      end += rest[end] == '\\' && end + 1 < rest.size() && rest[end + 1] != '\n' ? 2 : 1;
    }
    const bool closed = end < rest.size() && rest[end] == '"';
    return closed ? Cut(GraphTokenKind::kString, end + 1) : Cut(GraphTokenKind::kInvalid, end);
  }
  constexpr std::string_view kPunctuation = "=()[]{},:-";
  return Cut(kPunctuation.find(first) != std::string_view::npos ? GraphTokenKind::kPunctuation
                                                                : GraphTokenKind::kInvalid,
             1);
}

}  // namespace cooper
