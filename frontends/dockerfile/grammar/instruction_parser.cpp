#include "frontends/dockerfile/grammar/instruction_parser.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontends/dockerfile/grammar/grammar_adapter.h"
#include "frontends/dockerfile/grammar/json_string.h"

namespace cooper {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
// ONBUILD ONBUILD is refused later; this bounds the recursion before.
constexpr int kMaxTriggerDepth = 8;

// A flag without the quotes and escapes that held it together. Its escape
// character is the backslash in every file.
std::string WithoutQuotes(std::string_view text) {
  std::string result;
  char quote = '\0';
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      if (++i < text.size()) result += text[i];
    } else if (quote != '\0' ? c == quote : (c == '"' || c == '\'')) {
      quote = quote != '\0' ? '\0' : c;
    } else {
      result += c;
    }
  }
  return result;
}

Flag FlagAt(std::string_view text, TokenSpan span, size_t base) {
  const std::string whole = WithoutQuotes(text.substr(span.begin, span.end - span.begin));
  Flag flag;
  flag.begin = base + span.begin;
  flag.end = base + span.end;
  const size_t equals = whole.find('=');
  flag.name = whole.substr(2, equals == std::string::npos ? equals : equals - 2);
  if (equals != std::string::npos) flag.value = whole.substr(equals + 1);
  return flag;
}

}  // namespace

class InstructionParser::Grammar : public GrammarAdapter {
 public:
  explicit Grammar(char escape_character) : escape(escape_character) {}
  const char escape;
};

InstructionParser::InstructionParser(char escape, DiagnosticEngine& diagnostics)
    : grammar_(std::make_unique<Grammar>(escape)), diagnostics_(diagnostics) {}
InstructionParser::~InstructionParser() = default;

std::optional<Instruction> InstructionParser::Parse(std::shared_ptr<const LogicalLine> line) {
  return ParseAt(line, 0, 0);
}

std::optional<Instruction> InstructionParser::ParseAt(
    const std::shared_ptr<const LogicalLine>& line, size_t begin, int depth) {
  const size_t end = line->text.find_last_not_of(kBlanks) + 1;
  const std::string_view text = std::string_view(line->text).substr(begin, end - begin);
  const HeadTokens head = grammar_->ParseHead(text);

  Instruction instruction;
  instruction.line = line;
  instruction.keyword = {
      std::string(text.substr(head.keyword.begin, head.keyword.end - head.keyword.begin)),
      begin + head.keyword.begin, begin + head.keyword.end};
  instruction.kind = FindInstruction(instruction.keyword.text);
  for (const TokenSpan span : head.flags) instruction.flags.push_back(FlagAt(text, span, begin));

  const size_t blanks = text.find_first_not_of(kBlanks, head.rest);
  const size_t rest = blanks == std::string_view::npos ? text.size() : blanks;
  if (!ParseRest(instruction, begin + rest, depth)) return std::nullopt;
  return instruction;
}

// `begin` is past the blanks; the line's trailing blanks do not count.
bool InstructionParser::ParseRest(Instruction& instruction, size_t begin, int depth) {
  const std::string& line = instruction.line->text;
  const size_t end = line.find_last_not_of(kBlanks) + 1;
  if (begin >= end) return true;
  const auto add_words = [&](const std::vector<TokenSpan>& spans) {
    for (const TokenSpan span : spans) {
      instruction.arguments.push_back({line.substr(begin + span.begin, span.end - span.begin),
                                       begin + span.begin, begin + span.end});
    }
  };
  const std::string_view rest = std::string_view(line).substr(begin, end - begin);
  std::optional<bool> json;
  switch (InfoOf(instruction.kind).shape) {
    case InstructionShape::kNothing:
      return true;
    case InstructionShape::kWords:
      add_words(grammar_->ParseWords(rest));
      return true;
    case InstructionShape::kQuotedWords:
      add_words(grammar_->ParseQuotedWords(rest, grammar_->escape));
      return true;
    case InstructionShape::kAssignments:
      return ParseAssignments(instruction, begin, end);
    case InstructionShape::kText:
      instruction.arguments.push_back({std::string(rest), begin, end});
      return true;
    case InstructionShape::kInstruction: {
      if (depth >= kMaxTriggerDepth) {
        diagnostics_.Report(
            DiagnosticKind::kLimitExceeded, instruction.KeywordRange(),
            fmt::format("instructions are nested deeper than {}", kMaxTriggerDepth));
        return false;
      }
      std::optional<Instruction> trigger = ParseAt(instruction.line, begin, depth + 1);
      if (!trigger) return false;
      instruction.trigger = std::make_unique<Instruction>(*std::move(trigger));
      return true;
    }
    case InstructionShape::kHealthcheck: {
      const size_t space = std::min(rest.find_first_of(kBlanks), rest.size());
      instruction.arguments.push_back({std::string(rest.substr(0, space)), begin, begin + space});
      const size_t command = rest.find_first_not_of(kBlanks, space);
      if (command == std::string_view::npos) return true;
      begin += command;
      json = ParseJson(instruction, begin, end);
      break;
    }
    case InstructionShape::kJsonOrText:
    case InstructionShape::kJsonOrWords:
      json = ParseJson(instruction, begin, end);
      break;
  }
  if (!json) return false;
  if (*json) return true;
  if (InfoOf(instruction.kind).shape == InstructionShape::kJsonOrWords) {
    add_words(grammar_->ParseWords(rest));
  } else {
    instruction.arguments.push_back({line.substr(begin, end - begin), begin, end});
  }
  return true;
}

bool InstructionParser::ParseAssignments(Instruction& instruction, size_t begin, size_t end) {
  const std::string& line = instruction.line->text;
  const std::string_view rest = std::string_view(line).substr(begin, end - begin);
  const std::string_view keyword = InfoOf(instruction.kind).keyword;
  const std::vector<TokenSpan> spans = grammar_->ParseQuotedWords(rest, grammar_->escape);
  const auto word_at = [&](size_t from, size_t to) {
    return Word{line.substr(begin + from, to - from), begin + from, begin + to};
  };
  if (spans.empty()) return true;
  if (rest.substr(spans[0].begin, spans[0].end - spans[0].begin).find('=') ==
      std::string_view::npos) {
    // The old form ends the name at the first blank, quoted or not.
    const size_t blank = rest.find_first_of(" \t\r\v\f");
    if (blank == std::string_view::npos) {
      diagnostics_.Report(
          DiagnosticKind::kSyntax, instruction.line->RangeOf(begin, end),
          fmt::format("{} must have two arguments; write `{} {}=VALUE`", keyword, keyword, rest));
      return false;
    }
    instruction.assignments.push_back(
        {word_at(0, blank), word_at(rest.find_first_not_of(" \t\r\v\f", blank), rest.size()),
         true});
    return true;
  }
  bool ok = true;
  for (const TokenSpan span : spans) {
    const size_t equals = rest.substr(0, span.end).find('=', span.begin);
    if (equals == std::string_view::npos) {
      diagnostics_.Report(
          DiagnosticKind::kSyntax, instruction.line->RangeOf(begin + span.begin, begin + span.end),
          fmt::format("cannot find `=` in `{}`; {} takes NAME=VALUE words, and a value with blanks "
                      "needs quotes",
                      rest.substr(span.begin, span.end - span.begin), keyword));
      ok = false;
      continue;
    }
    instruction.assignments.push_back(
        {word_at(span.begin, equals), word_at(equals + 1, span.end), false});
  }
  return ok;
}

std::optional<bool> InstructionParser::ParseJson(Instruction& instruction, size_t begin,
                                                 size_t end) {
  const std::string_view text = std::string_view(instruction.line->text).substr(begin, end - begin);
  const std::optional<JsonTokens> json = grammar_->ParseJsonArray(text);
  if (!json) return false;
  if (!json->strings_only) {
    diagnostics_.Report(DiagnosticKind::kSyntax, instruction.line->RangeOf(begin, end),
                        "arrays in JSON form must be comprised of strings only; put each member "
                        "in double quotes");
    return std::nullopt;
  }
  instruction.json = true;
  for (const TokenSpan span : json->strings) {
    instruction.arguments.push_back(
        {DecodeJsonString(text.substr(span.begin, span.end - span.begin)), begin + span.begin,
         begin + span.end});
  }
  return true;
}

}  // namespace cooper
