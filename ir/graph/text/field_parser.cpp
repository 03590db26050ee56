#include "ir/graph/text/field_parser.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "ir/text/text.h"

namespace cooper {
namespace {

std::string Describe(const GraphToken& token) {
  constexpr size_t kMaxShown = 40;
  switch (token.kind) {
    case GraphTokenKind::kNewline:
      return "the end of the line";
    case GraphTokenKind::kEnd:
      return "the end of the text";
    case GraphTokenKind::kName:
      return fmt::format("`%{}`", token.text.substr(0, kMaxShown));
    default:
      return fmt::format("`{}`", token.text.substr(0, kMaxShown));
  }
}

}  // namespace

std::string Suggestion(std::string_view word, std::span<const std::string_view> candidates) {
  const auto nearest = NearestName(word, candidates);
  return nearest ? fmt::format("; did you mean `{}`?", *nearest) : "";
}

bool FieldParser::Fail(const GraphToken& token, std::string message) {
  diagnostics_.Report(DiagnosticKind::kGraphSyntax, token.range, std::move(message));
  return false;
}

bool FieldParser::FailExpected(std::string_view what) {
  const GraphToken& token = lexer_.Peek();
  if (token.kind == GraphTokenKind::kInvalid && token.text.starts_with('"')) {
    return Fail(token, "the string has no closing quote on its line");
  }
  return Fail(token, fmt::format("expected {}, found {}", what, Describe(token)));
}

bool FieldParser::Accept(char punctuation) {
  if (!lexer_.Peek().Is(punctuation)) return false;
  lexer_.Take();
  return true;
}

bool FieldParser::Expect(char punctuation, std::string_view where) {
  return Accept(punctuation) || FailExpected(fmt::format("`{}` after `{}`", punctuation, where));
}

bool FieldParser::ExpectEndOfLine() {
  if (!lexer_.Peek().EndsLine()) return FailExpected("the end of the line");
  lexer_.Take();
  return true;
}

bool FieldParser::ParseValue(std::string_view name, std::string& value) {
  if (lexer_.Peek().kind != GraphTokenKind::kString) {
    return FailExpected(fmt::format("a quoted string for `{}`", name));
  }
  const GraphToken token = lexer_.Take();
  std::optional<std::string> text = Unquoted(token.text);
  if (!text) {
    return Fail(
        token, "the string has an escape that is none of `\\\"`, `\\\\`, `\\n`, `\\t` and `\\xNN`");
  }
  value = *std::move(text);
  return true;
}

template <typename Insert>
bool FieldParser::ParseStrings(std::string_view name, Insert&& insert) {
  if (!Accept('[')) return FailExpected(fmt::format("a list `[...]` of strings for `{}`", name));
  if (Accept(']')) return true;
  do {
    std::string element;
    if (!ParseValue(name, element)) return false;
    insert(std::move(element));
  } while (Accept(','));
  return Accept(']') || FailExpected("`,` or `]`");
}

bool FieldParser::ParseValue(std::string_view name, std::vector<std::string>& value) {
  value.clear();
  return ParseStrings(name, [&](std::string element) { value.push_back(std::move(element)); });
}

bool FieldParser::ParseValue(std::string_view name, std::set<std::string>& value) {
  value.clear();
  return ParseStrings(name, [&](std::string element) { value.insert(std::move(element)); });
}

bool FieldParser::ParseValue(std::string_view, bool& value) {
  constexpr std::array<std::string_view, 2> kChoices = {"false", "true"};
  const auto index = ParseChoice(kChoices);
  if (index) value = *index == 1;
  return index.has_value();
}

bool FieldParser::ParseNumber(std::string_view name, uint64_t limit, uint64_t& value) {
  const bool octal = name == "mode";
  if (lexer_.Peek().kind != GraphTokenKind::kNumber) {
    return FailExpected(fmt::format("{} number for `{}`", octal ? "an octal" : "a", name));
  }
  const GraphToken token = lexer_.Take();
  const std::string_view digits = token.text;
  // One spelling each: octal numbers start with 0, decimal ones do not.
  if (octal != (digits[0] == '0') && digits != "0") {
    return Fail(token, octal ? "a mode is written in octal with a leading `0`, such as `0755`"
                             : fmt::format("`{}` is decimal; leave out the leading `0`", name));
  }
  const auto [end, status] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, octal ? 8 : 10);
  if (status == std::errc::result_out_of_range || (status == std::errc() && value > limit)) {
    return Fail(token,
                fmt::format("`{}` is out of range for `{}`; the limit is {}", digits, name, limit));
  }
  if (status != std::errc() || end != digits.data() + digits.size()) {
    return Fail(token, fmt::format("`{}` is not {} number", digits, octal ? "an octal" : "a"));
  }
  return true;
}

bool FieldParser::ParseValue(std::string_view name, uint32_t& value) {
  uint64_t wide = 0;
  if (!ParseNumber(name, UINT32_MAX, wide)) return false;
  value = static_cast<uint32_t>(wide);
  return true;
}

bool FieldParser::ParseValue(std::string_view name, uint64_t& value) {
  return ParseNumber(name, UINT64_MAX, value);
}

bool FieldParser::ParseValue(std::string_view name, int64_t& value) {
  const bool negative = Accept('-');
  uint64_t magnitude = 0;
  const uint64_t limit = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  if (!ParseNumber(name, limit, magnitude)) return false;
  value = static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
  return true;
}

bool FieldParser::ParseValue(std::string_view name, Digest& value) {
  if (lexer_.Peek().kind != GraphTokenKind::kDigest) {
    return FailExpected(fmt::format("a digest `sha256:...` for `{}`", name));
  }
  const GraphToken token = lexer_.Take();
  const std::optional<Digest> digest = Digest::Parse(token.text);
  if (!digest) {
    return Fail(token, "a digest is `sha256:` and 64 lower-case hexadecimal digits");
  }
  value = *digest;
  return true;
}

bool FieldParser::ParseValue(std::string_view name, Platform& value) {
  const GraphToken token = lexer_.Peek();
  std::string text;
  if (!ParseValue(name, text)) return false;
  // Taken word for word, unlike Platform::Parse: graph text prints as it was.
  const size_t first = text.find('/');
  const size_t second = first == std::string::npos ? first : text.find('/', first + 1);
  const bool has_variant = second != std::string::npos;
  if (first == std::string::npos || (has_variant && second + 1 == text.size()) ||
      (has_variant && text.find('/', second + 1) != std::string::npos)) {
    return Fail(token, "a platform is `os/architecture` or `os/architecture/variant`");
  }
  value.os = text.substr(0, first);
  value.architecture = text.substr(first + 1, has_variant ? second - first - 1 : second);
  value.variant = has_variant ? text.substr(second + 1) : "";
  return true;
}

std::optional<size_t> FieldParser::ParseChoice(std::span<const std::string_view> choices) {
  const GraphToken token = lexer_.Peek();
  if (token.kind == GraphTokenKind::kWord) {
    for (size_t i = 0; i < choices.size(); ++i) {
      if (token.text != choices[i]) continue;
      lexer_.Take();
      return i;
    }
  }
  std::string listed;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) listed += i + 1 == choices.size() ? " or " : ", ";
    listed += fmt::format("`{}`", choices[i]);
  }
  FailExpected(listed);
  return std::nullopt;
}

bool FieldParser::CheckFirst(const GraphToken& name, std::vector<std::string_view>& seen) {
  if (std::find(seen.begin(), seen.end(), name.text) != seen.end()) {
    return Fail(name, fmt::format("`{}` is given twice", name.text));
  }
  seen.push_back(name.text);
  return true;
}

bool FieldParser::FailUnknownField(const GraphToken& name, std::string_view owner,
                                   std::span<const std::string_view> known) {
  return Fail(name, fmt::format("`{}` has no field `{}`{}", owner, name.text,
                                Suggestion(name.text, known)));
}

}  // namespace cooper
