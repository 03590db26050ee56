#include "ir/graph/text/target_parser.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "ir/graph/target_fields.h"

namespace cooper {
namespace {

constexpr std::array<std::string_view, 4> kLineWords = {"epoch_of", "label", "healthcheck",
                                                        "history"};

class TargetParser {
 public:
  explicit TargetParser(ParserState& state)
      : state_(state), lexer_(state.lexer), fields_(state.fields) {}

  bool Parse(SourceRange& line) {
    line = lexer_.Take().range;
    if (!fields_.ParseValue("target", target_.name) || !fields_.Expect('=', "target") ||
        !state_.ParseVertexName(target_.root.vertex)) {
      return false;
    }
    if (lexer_.Peek().IsWord("platform")) {
      lexer_.Take();
      if (!fields_.Expect('=', "platform") || !fields_.ParseValue("platform", target_.platform)) {
        return false;
      }
    }
    line.end = lexer_.taken_end();
    if (lexer_.Peek().IsWord("config")) {
      lexer_.Take();
      const GraphToken open = lexer_.Peek();
      if (!fields_.Expect('{', "config")) return false;
      if (!state_.ParseBlock(open, [&] { return ParseLine(); })) return false;
    } else if (!lexer_.Peek().EndsLine()) {
      return fields_.FailExpected("`platform=` or `config {`");
    }
    state_.graph.AddTarget(std::move(target_));
    return true;
  }

 private:
  bool ParseLine() {
    if (lexer_.Peek().kind != GraphTokenKind::kWord) {
      return fields_.FailExpected("a line of the target's config, or `}`");
    }
    const GraphToken word = lexer_.Take();
    if (word.text == "epoch_of") return ParseEpochOf(word);
    if (word.text == "label") return ParseLabel(word);
    if (word.text == "healthcheck") return ParseHealthcheck(word);
    if (word.text == "history") return ParseHistory();
    return fields_.ParseField(word, "target", seen_, kLineWords,
                              [&](auto&& visit) { VisitTargetFields(target_, visit); });
  }

  bool ParseEpochOf(const GraphToken& word) {
    return fields_.CheckFirst(word, seen_) && fields_.Expect('=', "epoch_of") &&
           state_.ParseVertexName(target_.epoch_of.emplace());
  }

  bool ParseLabel(const GraphToken& word) {
    std::string key;
    std::string value;
    if (!fields_.ParseValue("label", key) || !fields_.Expect('=', "label") ||
        !fields_.ParseValue("label", value)) {
      return false;
    }
    return target_.config.labels.emplace(std::move(key), std::move(value)).second ||
           fields_.Fail(word, "this label is given twice");
  }

  bool ParseHealthcheck(const GraphToken& word) {
    if (!fields_.CheckFirst(word, seen_)) return false;
    Healthcheck& check = target_.config.healthcheck.emplace();
    return ParseFields("healthcheck", [&](auto&& visit) { VisitHealthcheckFields(check, visit); });
  }

  bool ParseHistory() {
    TargetHistory entry;
    if (!fields_.ParseValue("history", entry.created_by)) return false;
    if (fields_.Accept('=') && !state_.ParseVertexName(entry.layer.emplace())) return false;
    if (!ParseFields("history", [&](auto&& visit) { VisitHistoryFields(entry, visit); })) {
      return false;
    }
    target_.history.push_back(std::move(entry));
    return true;
  }

  template <typename VisitAll>
  bool ParseFields(std::string_view owner, VisitAll&& visit_all) {
    std::vector<std::string_view> seen;
    while (lexer_.Peek().kind == GraphTokenKind::kWord) {
      const GraphToken name = lexer_.Take();
      if (!fields_.ParseField(name, owner, seen, {}, visit_all)) return false;
    }
    return true;
  }

  ParserState& state_;
  GraphLexer& lexer_;
  FieldParser& fields_;
  Target target_;
  std::vector<std::string_view> seen_;
};

}  // namespace

bool ParseTarget(ParserState& state, SourceRange& line) { return TargetParser(state).Parse(line); }

}  // namespace cooper
