// What InstructionParser asks of the generated grammar, free of ANTLR's types.
//
// One thread at a time; texts are borrowed for one call.

#ifndef COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_GRAMMAR_ADAPTER_H_
#define COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_GRAMMAR_ADAPTER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace cooper {

// Bytes [begin, end) of the text that was parsed.
struct TokenSpan {
  size_t begin = 0;
  size_t end = 0;
};

struct HeadTokens {
  TokenSpan keyword;
  std::vector<TokenSpan> flags;
  size_t rest = 0;  // where the arguments begin, blanks perhaps first
};

struct JsonTokens {
  std::vector<TokenSpan> strings;  // quotes included
  bool strings_only = true;
};

class GrammarAdapter {
 public:
  GrammarAdapter();
  ~GrammarAdapter();

  HeadTokens ParseHead(std::string_view text);
  std::vector<TokenSpan> ParseWords(std::string_view text);
  // `escape` takes the part of the backslash.
  std::vector<TokenSpan> ParseQuotedWords(std::string_view text, char escape);
  // Nothing when `text` is no JSON array, or one nested absurdly deep.
  std::optional<JsonTokens> ParseJsonArray(std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_GRAMMAR_ADAPTER_H_
