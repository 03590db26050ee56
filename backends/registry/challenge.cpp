#include "backends/registry/challenge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace cooper {
namespace {

Error Malformed(std::string_view reason) {
  return Error(DiagnosticKind::kRegistry,
               fmt::format("malformed WWW-Authenticate header: {}", reason));
}

bool IsTokenByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  Result<std::vector<Challenge>> Run() {
    std::vector<Challenge> challenges;
    for (SkipListSpace(); !rest_.empty(); SkipListSpace()) {
      const std::string name = Token();
      if (name.empty()) return Malformed("a name was expected");
      SkipBlanks();
      if (!challenges.empty() && Peek() == '=') {
        COOPER_RETURN_IF_ERROR(Parameter(name, challenges.back()));
        continue;
      }
      if (challenges.size() == kMaxChallenges) {
        return Malformed(fmt::format("more than {} challenges", kMaxChallenges));
      }
      challenges.push_back({name, {}});
      SkipToken68();
    }
    return challenges;
  }

 private:
  char Peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  void SkipBlanks() {
    while (Peek() == ' ' || Peek() == '\t') rest_.remove_prefix(1);
  }
  void SkipListSpace() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == ',') rest_.remove_prefix(1);
  }

  std::string Token() {
    std::string token;
    for (; IsTokenByte(Peek()) && !rest_.empty(); rest_.remove_prefix(1)) {
      token += static_cast<char>(std::tolower(static_cast<unsigned char>(Peek())));
    }
    return token;
  }

  // "Negotiate dGV4dA==": base64 instead of parameters, which no scheme that is
  // used here has. It stands alone up to a comma or the end.
  void SkipToken68() {
    const size_t end = std::min(rest_.find(','), rest_.size());
    std::string_view text = rest_.substr(0, end);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    std::string_view body = text;
    while (body.ends_with('=')) body.remove_suffix(1);
    const bool token68 = !body.empty() && std::all_of(body.begin(), body.end(), [](char c) {
      return IsTokenByte(c) || c == '/';
    });
    if (token68) rest_.remove_prefix(text.size());
  }

  Status Parameter(const std::string& name, Challenge& challenge) {
    rest_.remove_prefix(1);
    SkipBlanks();
    std::string value;
    if (Peek() == '"') {
      COOPER_ASSIGN_OR_RETURN(value, QuotedString());
    } else {
      for (; IsTokenByte(Peek()) && !rest_.empty(); rest_.remove_prefix(1)) value += Peek();
      if (value.empty()) return Malformed(fmt::format("`{}` has no value", name));
    }
    SkipBlanks();
    if (!rest_.empty() && Peek() != ',') {
      return Malformed(fmt::format("a comma was expected after `{}`", name));
    }
    if (!challenge.parameters.emplace(name, std::move(value)).second) {
      return Malformed(fmt::format("`{}` is there twice", name));
    }
    return Ok();
  }

  Result<std::string> QuotedString() {
    std::string value;
    for (rest_.remove_prefix(1); !rest_.empty(); rest_.remove_prefix(1)) {
      if (Peek() == '"') {
        rest_.remove_prefix(1);
        return value;
      }
      if (Peek() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      value += Peek();
    }
    return Malformed("a quoted value does not end");
  }

  std::string_view rest_;
};

}  // namespace

Result<std::vector<Challenge>> ParseChallenges(std::string_view header) {
  if (header.size() > kMaxChallengeBytes) {
    return Malformed(fmt::format("{} bytes, the limit is {}", header.size(), kMaxChallengeBytes));
  }
  if (std::any_of(header.begin(), header.end(),
                  [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; })) {
    return Malformed("it has control bytes");
  }
  return Parser(header).Run();
}

}  // namespace cooper
