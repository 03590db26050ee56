// Splits graph text into tokens. Lines matter: each statement stands on one.

#ifndef COOPER_IR_GRAPH_TEXT_GRAPH_LEXER_H_
#define COOPER_IR_GRAPH_TEXT_GRAPH_LEXER_H_

#include <cstdint>
#include <string_view>

#include "ir/base/source_range.h"

namespace cooper {

enum class GraphTokenKind : uint8_t {
  kName,         // %build.run2; `text` is without the percent sign
  kWord,         // source.image, args, true
  kString,       // "..." with its quotes, escapes not yet read
  kNumber,       // digits
  kDigest,       // sha256:...
  kPunctuation,  // one of = ( ) [ ] { } , : -
  kNewline,
  kEnd,
  kInvalid,  // a character that has no place, or a string that does not end
};

struct GraphToken {
  GraphTokenKind kind = GraphTokenKind::kEnd;
  std::string_view text;
  SourceRange range;

  bool Is(char punctuation) const {
    return kind == GraphTokenKind::kPunctuation && text[0] == punctuation;
  }
  bool IsWord(std::string_view word) const { return kind == GraphTokenKind::kWord && text == word; }
  bool EndsLine() const { return kind == GraphTokenKind::kNewline || kind == GraphTokenKind::kEnd; }
};

// Borrows the text. Looks one token ahead.
class GraphLexer {
 public:
  GraphLexer(std::string_view text, uint32_t file) : text_(text), file_(file) { next_ = Lex(); }

  const GraphToken& Peek() const { return next_; }
  GraphToken Take() {
    const GraphToken token = next_;
    taken_end_ = token.range.end;
    at_line_begin_ = token.kind == GraphTokenKind::kNewline;
    next_ = Lex();
    return token;
  }
  // Where the token that was taken last ends.
  SourcePosition taken_end() const { return taken_end_; }
  // Whether nothing of the current line was taken yet.
  bool at_line_begin() const { return at_line_begin_; }

 private:
  GraphToken Lex();
  void SkipBlanksAndComment();
  GraphToken Cut(GraphTokenKind kind, size_t size, size_t without_prefix = 0);

  std::string_view text_;
  uint32_t file_;
  size_t offset_ = 0;
  size_t line_begin_ = 0;
  uint32_t line_ = 1;
  GraphToken next_;
  SourcePosition taken_end_;
  bool at_line_begin_ = true;
};

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_TEXT_GRAPH_LEXER_H_
