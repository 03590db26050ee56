// Shell-like expansion of Dockerfile words: variables, quotes and escapes.
//
// Written by hand: what a character means depends on the escape character of
// the file, on the quotes around it and on the modifier whose operand it stands
// in, so a grammar would need a lexer mode for each combination and a second
// pass that resolves them; one descent over the bytes does both.
//
// An expander borrows its environment and its budget and keeps no other state; use one per thread.

#ifndef COOPER_FRONTENDS_DOCKERFILE_EXPAND_WORD_EXPANDER_H_
#define COOPER_FRONTENDS_DOCKERFILE_EXPAND_WORD_EXPANDER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace cooper {

// The variables that a word may name.
class VariableScope {
 public:
  virtual ~VariableScope() = default;

  // The value, which must outlive the expansion; nothing when it is not set.
  virtual std::optional<std::string_view> Get(std::string_view name) const = 0;
};

// The scope in which nothing is set.
class EmptyScope final : public VariableScope {
 public:
  std::optional<std::string_view> Get(std::string_view) const override { return std::nullopt; }
};

// Limits: a word is refused that grows or nests beyond them (`${a}` may name a value
// made of `${b}`s), or whose expansion takes too many steps. A step is a byte moved
// or compared, also for an operand that is then dropped.
inline constexpr size_t kMaxExpandedBytes = 1 << 20;
inline constexpr int kMaxExpandDepth = 64;
inline constexpr uint64_t kMaxWordSteps = 8 << 20;

// What is left for all words of one file. An expander that was given a budget
// takes from it, and refuses words when there is too little.
struct ExpansionBudget {
  static constexpr size_t kMaxBytes = 16 << 20;
  static constexpr uint64_t kMaxSteps = 256 << 20;

  size_t bytes = kMaxBytes;  // of results
  uint64_t steps = kMaxSteps;
};

struct ExpandOptions {
  char escape = '\\';
  // Quotes stay in the result, whether or not they group.
  bool keep_quotes = false;
  bool keep_escapes = false;
  // Quotes are ordinary characters: the body of a heredoc.
  bool ignore_quotes = false;
  // `$x` and `${x}` stay as written when x is not set.
  bool keep_unset = false;
  ExpansionBudget* budget = nullptr;  // borrowed; may be absent
};

// A fault of a word, at byte `offset` of its text.
struct ExpandFault {
  DiagnosticKind kind = DiagnosticKind::kBadSubstitution;
  std::string message;
  size_t offset = 0;
  bool required = false;  // `${x:?}`: another environment may cure it
};

struct Expansion {
  std::string text;
  std::vector<std::string> unset;  // names that were looked up in vain, in order
  std::optional<ExpandFault> fault;
};

struct WordsExpansion {
  std::vector<std::string> words;
  std::vector<std::string> unset;
  std::optional<ExpandFault> fault;
};

class WordExpander {
 public:
  explicit WordExpander(const VariableScope& scope, ExpandOptions options = {})
      : scope_(scope), options_(options) {}

  // One word: nothing is split.
  Expansion ExpandWord(std::string_view text) const;

  // Splits at blanks that are not quoted, those of unquoted values included.
  WordsExpansion ExpandWords(std::string_view text) const;

 private:
  const VariableScope& scope_;
  ExpandOptions options_;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_EXPAND_WORD_EXPANDER_H_
