#include "frontends/dockerfile/expand/word_expander.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "frontends/dockerfile/expand/shell_pattern.h"

namespace cooper {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_';
}

// Collects words while the expansion runs. Quoted text joins a word whatever it
// holds; text that is not quoted is split at blanks.
class WordCollector {
 public:
  // One that is not wanted, because nothing is split, collects nothing.
  explicit WordCollector(bool wanted) : wanted_(wanted) {}

  void AddSplit(std::string_view text) {
    if (!wanted_) return;
    for (const char c : text) {
      if (!IsBlank(c)) {
        word_ += c;
      } else if (!word_.empty()) {
        words_.push_back(std::exchange(word_, {}));
      }
    }
  }
  void AddWhole(std::string_view text) {
    if (wanted_) word_ += text;
  }

  std::vector<std::string> Take() {
    if (!word_.empty()) words_.push_back(std::move(word_));
    return std::move(words_);
  }

 private:
  const bool wanted_;
  std::string word_;
  std::vector<std::string> words_;
};

// One expansion: a descent over the bytes. Every function appends to `out` and
// returns false once `fault` is set.
class Descent {
 public:
  Descent(std::string_view text, const VariableScope& scope, const ExpandOptions& options)
      : text_(text),
        scope_(scope),
        options_(options),
        steps_allowed_(options.budget ? std::min(options.budget->steps, kMaxWordSteps)
                                      : kMaxWordSteps),
        steps_(steps_allowed_) {}

  void Run(std::string& out, WordCollector& words) {
    Until('\0', false, out, words, 0);
    ExpansionBudget* budget = options_.budget;
    if (budget == nullptr) return;
    budget->steps -= steps_allowed_ - steps_;
    if (!fault) Charge(out.size(), *budget);
  }

  // Takes the bytes of a result from the budget.
  bool Charge(size_t size_bytes, ExpansionBudget& budget) {
    if (size_bytes > budget.bytes) {
      budget.bytes = 0;
      return Fail(0,
                  fmt::format("expanding the variables of this file gives more than {} bytes",
                              ExpansionBudget::kMaxBytes),
                  DiagnosticKind::kLimitExceeded);
    }
    budget.bytes -= size_bytes;
    return true;
  }

  std::vector<std::string> unset;
  std::optional<ExpandFault> fault;

 private:
  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return text_[at_]; }

  bool Fail(size_t offset, std::string message,
            DiagnosticKind kind = DiagnosticKind::kBadSubstitution) {
    if (!fault) fault = ExpandFault{kind, std::move(message), offset, false};
    return false;
  }

  bool Append(std::string& out, std::string_view piece) {
    if (out.size() + piece.size() > kMaxExpandedBytes) {
      return Fail(at_ < text_.size() ? at_ : 0,
                  fmt::format("expanded word is longer than {} bytes", kMaxExpandedBytes),
                  DiagnosticKind::kLimitExceeded);
    }
    if (piece.size() >= steps_) return FailForSteps();
    steps_ -= piece.size();
    out += piece;
    return true;
  }

  bool FailForSteps() {
    steps_ = 0;
    std::string message =
        steps_allowed_ == kMaxWordSteps
            ? fmt::format("expanding this word takes more than {} steps; shorten it or its values",
                          kMaxWordSteps)
            : fmt::format("expanding the variables of this file takes more than {} steps",
                          ExpansionBudget::kMaxSteps);
    return Fail(0, std::move(message), DiagnosticKind::kLimitExceeded);
  }

  // Up to and past `stop`, or to the end for '\0'. In a pattern (`raw`) escapes
  // stay, for the pattern to read them.
  bool Until(char stop, bool raw, std::string& out, WordCollector& words, int depth) {
    if (depth > kMaxExpandDepth) {
      return Fail(at_, fmt::format("substitutions are nested deeper than {}", kMaxExpandDepth),
                  DiagnosticKind::kLimitExceeded);
    }
    const bool keep_escapes = raw || options_.keep_escapes;
    while (!AtEnd()) {
      const char c = Peek();
      if (stop != '\0' && c == stop) {
        ++at_;
        return true;
      }
      std::string piece;
      if (c == '\'' && !options_.ignore_quotes) {
        if (!SingleQuoted(piece)) return false;
        words.AddWhole(piece);
      } else if (c == '"' && !options_.ignore_quotes) {
        if (!DoubleQuoted(piece, depth)) return false;
        words.AddWhole(piece);
      } else if (c == '$') {
        if (!Dollar(piece, depth)) return false;
        words.AddSplit(piece);
      } else if (c == options_.escape) {
        ++at_;
        if (keep_escapes) piece += c;
        if (!AtEnd()) piece += text_[at_++];
        words.AddWhole(piece);
      } else {
        piece += c;
        ++at_;
        words.AddSplit(piece);
      }
      if (!Append(out, piece)) return false;
    }
    if (stop == '\0') return true;
    ended_early_ = true;
    return Fail(text_.size(), fmt::format("syntax error: missing '{}'", stop));
  }

  bool SingleQuoted(std::string& out) {
    const size_t open = at_++;
    const size_t close = text_.find('\'', at_);
    if (close == std::string_view::npos) {
      return Fail(open, "unexpected end of statement while looking for matching single-quote");
    }
    out = options_.keep_quotes ? text_.substr(open, close + 1 - open)
                               : text_.substr(at_, close - at_);
    at_ = close + 1;
    return true;
  }

  bool DoubleQuoted(std::string& out, int depth) {
    const size_t open = at_++;
    if (options_.keep_quotes) out += '"';
    while (!AtEnd()) {
      char c = Peek();
      if (c == '"') {
        ++at_;
        if (options_.keep_quotes) out += '"';
        return true;
      }
      if (c == '$') {
        std::string piece;
        if (!Dollar(piece, depth) || !Append(out, piece)) return false;
        continue;
      }
      ++at_;
      if (c == options_.escape) {
        if (AtEnd()) break;
        const char next = Peek();
        if (next == '"' || next == '$' || next == options_.escape) {
          if (options_.keep_escapes) out += c;
          c = next;
          ++at_;
        }
      }
      out += c;
    }
    return Fail(open, "unexpected end of statement while looking for matching double-quote");
  }

  // A name, one of the special parameters, or digits; empty when none is here.
  std::string_view Name() {
    const size_t begin = at_;
    if (AtEnd()) return {};
    if (IsDigit(Peek())) {
      while (!AtEnd() && IsDigit(Peek())) ++at_;
    } else if (std::string_view("@*#?-$!").find(Peek()) != std::string_view::npos) {
      ++at_;
    } else {
      while (!AtEnd() && IsNameCharacter(Peek())) ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  std::optional<std::string_view> Lookup(std::string_view name) {
    const std::optional<std::string_view> value = scope_.Get(name);
    if (!value && unset.size() < 100) unset.emplace_back(name);
    return value;
  }

  bool Dollar(std::string& out, int depth) {
    const size_t dollar = at_++;
    if (AtEnd() || Peek() != '{') {
      const std::string_view name = Name();
      if (name.empty()) {
        out = "$";
        return true;
      }
      const std::optional<std::string_view> value = Lookup(name);
      if (value) return Append(out, *value);
      if (options_.keep_unset) out = text_.substr(dollar, at_ - dollar);
      return true;
    }
    ++at_;
    if (AtEnd()) return Fail(dollar, "syntax error: missing '}'");
    if (Peek() == '{' || Peek() == '}' || Peek() == ':') {
      return Fail(dollar, "syntax error: bad substitution");
    }
    const std::string_view name = Name();
    if (AtEnd()) return Fail(dollar, "syntax error: missing '}'");
    const size_t modifier = at_;
    const char c = text_[at_++];
    if (c == '}') {
      const std::optional<std::string_view> value = Lookup(name);
      if (value) return Append(out, *value);
      if (options_.keep_unset) out = text_.substr(dollar, at_ - dollar);
      return true;
    }
    const bool done = c == '/' ? Replacement(name, dollar, out, depth)
                               : Modifier(name, c, dollar, modifier, out, depth);
    return done;
  }

  bool Unsupported(size_t begin) {
    return Fail(begin, fmt::format("unsupported modifier ({}) in substitution",
                                   text_.substr(begin, at_ - begin)));
  }

  // The operand of a modifier. What went wrong at the end of the text is blamed
  // on the substitution that was left open there.
  bool Operand(char stop, bool raw, size_t dollar, std::string_view missing, std::string& out,
               int depth) {
    WordCollector unused(false);
    if (Until(stop, raw, out, unused, depth + 1)) return true;
    if (ended_early_)
      fault = ExpandFault{DiagnosticKind::kBadSubstitution, std::string(missing), dollar, false};
    return false;
  }

  bool Modifier(std::string_view name, char c, size_t dollar, size_t begin, std::string& out,
                int depth) {
    const bool colon = c == ':';
    if (colon) {
      if (AtEnd()) return Fail(dollar, "syntax error: missing '}'");
      c = text_[at_++];
    }
    const bool pattern = c == '#' || c == '%';
    if ((colon && pattern) || (!pattern && c != '-' && c != '+' && c != '?')) {
      return Unsupported(begin);
    }
    std::string operand;
    if (!Operand('}', pattern, dollar, "syntax error: missing '}'", operand, depth)) return false;

    const std::optional<std::string_view> value = Lookup(name);
    if (!value && options_.keep_unset) {
      out = text_.substr(dollar, at_ - dollar);
      return true;
    }
    const bool present = value && !(colon && value->empty());
    switch (c) {
      case '-':
        return present ? Append(out, *value) : Append(out, operand);
      case '+':
        return !present || Append(out, operand);
      case '?':
        if (present) return Append(out, *value);
        if (operand.empty()) {
          operand = value ? "is not allowed to be empty" : "is not allowed to be unset";
        }
        Fail(dollar, fmt::format("{}: {}", name, operand));
        fault->required = true;
        return false;
      default:
        return Trim(value, c, operand, dollar, out);
    }
  }

  bool Trim(std::optional<std::string_view> value, char c, std::string_view operand, size_t dollar,
            std::string& out) {
    const bool longest = !operand.empty() && operand[0] == c;
    if (longest) operand.remove_prefix(1);
    const Result<ShellPattern> pattern = ShellPattern::Parse(operand);
    if (!pattern.ok()) return Fail(dollar, pattern.error().message(), pattern.error().kind());
    if (!value) return true;
    const Result<std::string> rest = c == '#' ? pattern->RemovePrefix(*value, longest, steps_)
                                              : pattern->RemoveSuffix(*value, longest, steps_);
    if (!rest.ok()) return FailForSteps();
    return Append(out, *rest);
  }

  bool Replacement(std::string_view name, size_t dollar, std::string& out, int depth) {
    const bool all = !AtEnd() && Peek() == '/';
    if (all) ++at_;
    std::string pattern_text;
    std::string replacement;
    if (!Operand('/', true, dollar, "syntax error: missing '/' in ${}", pattern_text, depth) ||
        !Operand('}', true, dollar, "syntax error: missing '}'", replacement, depth)) {
      return false;
    }
    const std::optional<std::string_view> value = Lookup(name);
    if (!value && options_.keep_unset) {
      out = text_.substr(dollar, at_ - dollar);
      return true;
    }
    const Result<ShellPattern> pattern = ShellPattern::Parse(pattern_text);
    if (!pattern.ok()) return Fail(dollar, pattern.error().message(), pattern.error().kind());
    if (!value) return true;
    const Result<std::string> text = pattern->Replace(*value, replacement, all, steps_);
    if (!text.ok()) return FailForSteps();
    return Append(out, *text);
  }

  std::string_view text_;
  const VariableScope& scope_;
  const ExpandOptions& options_;
  const uint64_t steps_allowed_;
  uint64_t steps_;  // that are left; never 0 before the fault
  size_t at_ = 0;
  bool ended_early_ = false;
};

}  // namespace

Expansion WordExpander::ExpandWord(std::string_view text) const {
  Expansion result;
  Descent descent(text, scope_, options_);
  // Most words hold nothing to expand.
  if (text.size() <= kMaxExpandedBytes && text.find_first_of("$'\"") == std::string_view::npos &&
      text.find(options_.escape) == std::string_view::npos) {
    result.text = text;
    if (options_.budget) descent.Charge(text.size(), *options_.budget);
    result.fault = std::move(descent.fault);
    return result;
  }
  WordCollector unused(false);
  descent.Run(result.text, unused);
  result.unset = std::move(descent.unset);
  result.fault = std::move(descent.fault);
  return result;
}

WordsExpansion WordExpander::ExpandWords(std::string_view text) const {
  WordsExpansion result;
  Descent descent(text, scope_, options_);
  WordCollector words(true);
  std::string unused;
  descent.Run(unused, words);
  if (!descent.fault) result.words = words.Take();
  result.unset = std::move(descent.unset);
  result.fault = std::move(descent.fault);
  return result;
}

}  // namespace cooper
