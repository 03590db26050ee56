// Expansion of words, and the patterns of `${v#p}`. An input is lines `NAME=value`,
// an empty line, and the word. The variables P and V are a pattern and a value too.

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frontends/dockerfile/expand/shell_pattern.h"
#include "frontends/dockerfile/expand/word_expander.h"
#include "tests/fuzz/fuzz_target.h"

namespace cooper {
namespace {

constexpr size_t kMaxUnsetNames = 100;
constexpr ExpandOptions kKeepAll = {.keep_quotes = true, .keep_escapes = true, .keep_unset = true};
// Beyond this one set of options is enough: the rest would be slow and alike.
constexpr size_t kLargeBytes = 64 << 10;
// As instructions, heredocs and the search for heredoc markers expand.
constexpr ExpandOptions kAllOptions[] = {
    {},       {.escape = '`'}, {.keep_quotes = true, .ignore_quotes = true}, {.keep_unset = true},
    kKeepAll,
};

class MapScope final : public VariableScope {
 public:
  void Set(std::string_view name, std::string_view value) { values_[std::string(name)] = value; }
  std::optional<std::string_view> Get(std::string_view name) const override {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

template <typename Expanded>
void RequireGood(const Expanded& expanded, std::string_view word, const VariableScope& scope) {
  Require(expanded.unset.size() <= kMaxUnsetNames, "names that are not set have a limit", word);
  for (const std::string& name : expanded.unset) {
    Require(!scope.Get(name).has_value(), "a name said to be unset is unset", name);
  }
  if (!expanded.fault) return;
  Require(!expanded.fault->message.empty(), "a fault has a message", word);
  Require(expanded.fault->offset <= word.size(), "a fault lies in the word", word);
}

// Returns the bytes that the word became, or would have become.
size_t CheckWord(std::string_view word, const VariableScope& scope, const ExpandOptions& options) {
  const WordExpander expander(scope, options);
  const Expansion one = expander.ExpandWord(word);
  RequireGood(one, word, scope);
  Require(one.text.size() <= kMaxExpandedBytes || one.text == word, "a word has a limit", word);

  const WordsExpansion many = expander.ExpandWords(word);
  RequireGood(many, word, scope);
  Require(one.fault.has_value() == many.fault.has_value(), "a word and words have the same faults",
          word);
  if (one.fault && one.fault->kind == DiagnosticKind::kLimitExceeded) return kMaxExpandedBytes;
  if (one.fault) return one.text.size();
  // Words are what a word is, but for blanks.
  std::string joined;
  for (const std::string& part : many.words) {
    Require(!part.empty(), "no word is empty", word);
    joined += part;
  }
  size_t at = 0;
  for (const char c : one.text) {
    if (at < joined.size() && joined[at] == c) ++at;
  }
  Require(at == joined.size(), "words hold what a word holds, in order", word);
  return one.text.size();
}

void CheckIdentities(std::string_view word, MapScope& scope) {
  const EmptyScope nothing;
  const Expansion kept = WordExpander(nothing, kKeepAll).ExpandWord(word);
  Require(kept.fault || kept.text == word, "with everything kept, a word stays as it is", word);
  if (word.find('\'') == std::string_view::npos) {
    const std::string quoted = "'" + std::string(word) + "'";
    const Expansion literal = WordExpander(scope).ExpandWord(quoted);
    Require(!literal.fault && literal.text == word, "single quotes keep a text", word);
  }
  scope.Set("whole_word", word);
  Require(WordExpander(scope).ExpandWord("${whole_word:-no}").text == (word.empty() ? "no" : word),
          "a value is not expanded again", word);
}

// One character of a pattern: itself, `?` or `*`.
struct Piece {
  bool wild = false;
  char character = '\0';
};

// The obvious matcher, exponential in the stars.
bool Matches(const std::vector<Piece>& pieces, size_t piece, std::string_view text) {
  if (piece == pieces.size()) return text.empty();
  const auto [wild, character] = pieces[piece];
  if (wild && character == '*') {
    return Matches(pieces, piece + 1, text) ||
           (!text.empty() && Matches(pieces, piece, text.substr(1)));
  }
  return !text.empty() && (wild || text[0] == character) &&
         Matches(pieces, piece + 1, text.substr(1));
}

std::optional<std::vector<Piece>> SmallPattern(std::string_view pattern) {
  std::vector<Piece> pieces;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (static_cast<unsigned char>(pattern[i]) >= 0x80 || pieces.size() == 6) return std::nullopt;
    const bool escaped = pattern[i] == '\\';
    if (escaped) ++i;
    if (i == pattern.size()) return std::nullopt;
    pieces.push_back({!escaped && (pattern[i] == '*' || pattern[i] == '?'), pattern[i]});
  }
  return pieces;
}

void CheckPattern(std::string_view text, std::string_view value) {
  const Result<ShellPattern> pattern = ShellPattern::Parse(text);
  if (!pattern.ok()) return;
  const std::optional<std::vector<Piece>> pieces = SmallPattern(text);
  const bool small = value.size() <= 12 && std::none_of(value.begin(), value.end(), [](char c) {
                       return static_cast<unsigned char>(c) >= 0x80;
                     });
  for (const bool longest : {false, true}) {
    uint64_t steps = kMaxWordSteps;
    const Result<std::string> front = pattern->RemovePrefix(value, longest, steps);
    const Result<std::string> back = pattern->RemoveSuffix(value, longest, steps);
    if (!front.ok() || !back.ok()) continue;
    Require(value.ends_with(*front), "removing a prefix leaves a suffix", text);
    Require(value.starts_with(*back), "removing a suffix leaves a prefix", text);
    if (!pieces || !small) continue;
    std::string_view want_front = value;
    std::string_view want_back = value;
    for (size_t i = 0; i <= value.size(); ++i) {
      const size_t length = longest ? value.size() - i : i;
      if (!Matches(*pieces, 0, value.substr(0, length))) continue;
      want_front = value.substr(length);
      break;
    }
    for (size_t i = 0; i <= value.size(); ++i) {
      const size_t length = longest ? value.size() - i : i;
      if (!Matches(*pieces, 0, value.substr(value.size() - length))) continue;
      want_back = value.substr(0, value.size() - length);
      break;
    }
    Require(*front == want_front, "the prefix that the pattern matches goes", text);
    Require(*back == want_back, "the suffix that the pattern matches goes", text);
  }
}

}  // namespace
}  // namespace cooper

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cooper;
  std::string_view word = InputText(data, size);
  MapScope scope;
  while (!word.empty()) {
    const std::string_view line = TakeLine(word);
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) break;
    scope.Set(line.substr(0, equals), line.substr(equals + 1));
  }
  for (const ExpandOptions& options : kAllOptions) {
    if (CheckWord(word, scope, options) > kLargeBytes) break;
  }
  CheckPattern(scope.Get("P").value_or(""), scope.Get("V").value_or(""));
  CheckIdentities(word, scope);
  return 0;
}
