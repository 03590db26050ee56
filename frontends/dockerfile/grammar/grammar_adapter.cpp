// The one file that sees ANTLR.

#include "frontends/dockerfile/grammar/grammar_adapter.h"

#include <InstructionLexer.h>
#include <InstructionParser.h>
#include <antlr4-runtime.h>

#include <exception>
#include <string>

namespace cooper {
namespace {

using cooper_grammar::InstructionLexer;
using Tree = cooper_grammar::InstructionParser;

// JSON nested deeper is no exec form anyhow, and the parser recurses.
constexpr int kMaxJsonDepth = 100;

// Bytes as characters: offsets need no mapping, and text that is not UTF-8 is
// no fault. The escape character of the file trades places with the backslash,
// so that one grammar serves both.
class ByteStream final : public antlr4::CharStream {
 public:
  explicit ByteStream(std::string_view text, char escape = '\\') : text_(text), escape_(escape) {}

  void consume() override { ++at_; }
  size_t LA(ssize_t i) override {
    if (i == 0) return 0;
    const ssize_t index = static_cast<ssize_t>(at_) + (i > 0 ? i - 1 : i);
    if (index < 0 || index >= static_cast<ssize_t>(text_.size())) return EOF;
    const char c = text_[static_cast<size_t>(index)];
    if (escape_ != '\\' && c == escape_) return '\\';
    if (escape_ != '\\' && c == '\\') return static_cast<unsigned char>(escape_);
    return static_cast<unsigned char>(c);
  }
  ssize_t mark() override { return -1; }
  void release(ssize_t) override {}
  size_t index() override { return at_; }
  void seek(size_t index) override { at_ = std::min(index, text_.size()); }
  size_t size() override { return text_.size(); }
  std::string getSourceName() const override { return {}; }
  std::string getText(const antlr4::misc::Interval&) override { return {}; }
  std::string toString() const override { return {}; }

 private:
  std::string_view text_;
  char escape_;
  size_t at_ = 0;
};

}  // namespace

struct GrammarAdapter::State {
  State() : stream(""), lexer(&stream), tokens(&lexer), parser(&tokens) {
    lexer.removeErrorListeners();
    parser.removeErrorListeners();
    parser.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
    parser.setBuildParseTree(false);
  }

  // Tokenises `text`, the lexer beginning in `mode`.
  void Start(std::string_view text, size_t mode, char escape = '\\') {
    stream = ByteStream(text, escape);
    size = text.size();
    lexer.setInputStream(&stream);
    lexer.setMode(mode);
    tokens.setTokenSource(&lexer);
    tokens.fill();
    parser.setTokenStream(&tokens);
  }

  // `rule` must accept the tokens; the parser throws where it does not.
  template <typename Rule>
  bool Accepts(Rule rule) {
    try {
      rule(parser);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  // A rule that ends in EOF gives its token an end beyond the text.
  TokenSpan SpanOf(const antlr4::Token& token) const {
    return {token.getStartIndex(), std::min(token.getStopIndex() + 1, size)};
  }

  std::vector<TokenSpan> SpansOf(size_t type) const {
    std::vector<TokenSpan> spans;
    for (const antlr4::Token* token : tokens.getTokens()) {
      if (token->getType() == type) spans.push_back(SpanOf(*token));
    }
    return spans;
  }

  ByteStream stream;
  size_t size = 0;
  InstructionLexer lexer;
  mutable antlr4::CommonTokenStream tokens;
  Tree parser;
};

GrammarAdapter::GrammarAdapter() : state_(std::make_unique<State>()) {}
GrammarAdapter::~GrammarAdapter() = default;

HeadTokens GrammarAdapter::ParseHead(std::string_view text) {
  state_->Start(text, 0);
  HeadTokens head;
  head.rest = text.size();
  // Any text has this shape; a head that did not would be read as a keyword alone.
  if (!state_->Accepts([](Tree& parser) { parser.head(); })) {
    head.keyword = {0, std::min(text.find_first_of(" \t\r\v\f"), text.size())};
    head.rest = head.keyword.end;
    return head;
  }
  for (const antlr4::Token* token : state_->tokens.getTokens()) {
    switch (token->getType()) {
      case InstructionLexer::KEYWORD:
        head.keyword = state_->SpanOf(*token);
        break;
      case InstructionLexer::FLAG:
        head.flags.push_back(state_->SpanOf(*token));
        break;
      case InstructionLexer::FLAGS_END:
        head.rest = std::min(token->getStartIndex() + 2, text.size());
        break;
      case InstructionLexer::REST:
        head.rest = token->getStartIndex();
        break;
      default:
        break;
    }
  }
  return head;
}

std::vector<TokenSpan> GrammarAdapter::ParseWords(std::string_view text) {
  state_->Start(text, InstructionLexer::WORDS);
  state_->Accepts([](Tree& parser) { parser.words(); });
  return state_->SpansOf(InstructionLexer::WORD);
}

std::vector<TokenSpan> GrammarAdapter::ParseQuotedWords(std::string_view text, char escape) {
  state_->Start(text, InstructionLexer::QUOTED_WORDS, escape);
  state_->Accepts([](Tree& parser) { parser.quotedWords(); });
  return state_->SpansOf(InstructionLexer::QUOTED_WORD);
}

std::optional<JsonTokens> GrammarAdapter::ParseJsonArray(std::string_view text) {
  // Most shell commands end here, without ANTLR.
  const size_t last = text.find_last_not_of(" \t\r\n");
  if (text.empty() || text[0] != '[' || text[last] != ']') return std::nullopt;
  state_->Start(text, InstructionLexer::JSON);
  JsonTokens json;
  int depth = 0;
  for (const antlr4::Token* token : state_->tokens.getTokens()) {
    switch (token->getType()) {
      case InstructionLexer::JSON_OTHER:
        return std::nullopt;
      case InstructionLexer::JSON_OPEN:
      case InstructionLexer::JSON_OBJECT_OPEN:
        if (++depth > kMaxJsonDepth) return std::nullopt;
        json.strings_only = json.strings_only && depth == 1;
        break;
      case InstructionLexer::JSON_CLOSE:
      case InstructionLexer::JSON_OBJECT_CLOSE:
        --depth;
        break;
      case InstructionLexer::JSON_NUMBER:
      case InstructionLexer::JSON_LITERAL:
        json.strings_only = false;
        break;
      case InstructionLexer::JSON_STRING:
        json.strings.push_back(state_->SpanOf(*token));
        break;
      default:
        break;
    }
  }
  if (!state_->Accepts([](Tree& parser) { parser.jsonArray(); })) return std::nullopt;
  return json;
}

}  // namespace cooper
