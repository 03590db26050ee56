// Reads the values and `name=value` fields of graph text into typed members.

#ifndef COOPER_IR_GRAPH_TEXT_FIELD_PARSER_H_
#define COOPER_IR_GRAPH_TEXT_FIELD_PARSER_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/diagnostic_engine.h"
#include "ir/base/digest.h"
#include "ir/graph/enum_names.h"
#include "ir/graph/text/graph_lexer.h"
#include "ir/image/platform.h"

namespace cooper {

// Every function returns false after it reported a fault; the caller then drops
// the rest of the line. Borrows both arguments of its constructor.
class FieldParser {
 public:
  FieldParser(GraphLexer& lexer, DiagnosticEngine& diagnostics)
      : lexer_(lexer), diagnostics_(diagnostics) {}

  bool Fail(const GraphToken& token, std::string message);
  // "expected <what>, found `x`".
  bool FailExpected(std::string_view what);
  bool Expect(char punctuation, std::string_view where);
  bool Accept(char punctuation);
  bool ExpectEndOfLine();

  // `name` is the field's; it is shown in messages and makes "mode" octal.
  bool ParseValue(std::string_view name, std::string& value);
  bool ParseValue(std::string_view name, std::vector<std::string>& value);
  bool ParseValue(std::string_view name, std::set<std::string>& value);
  bool ParseValue(std::string_view name, bool& value);
  bool ParseValue(std::string_view name, uint32_t& value);
  bool ParseValue(std::string_view name, uint64_t& value);
  bool ParseValue(std::string_view name, int64_t& value);
  bool ParseValue(std::string_view name, Digest& value);
  bool ParseValue(std::string_view name, Platform& value);
  template <NamedEnum E>
  bool ParseValue(std::string_view, E& value) {
    const auto index = ParseChoice(EnumNames<E>::kNames);
    if (index) value = static_cast<E>(*index);
    return index.has_value();
  }
  template <typename T>
  bool ParseValue(std::string_view name, std::optional<T>& value) {
    return ParseValue(name, value.emplace());
  }

  // Reads the field called `name` with `parse_value(name, member)` when
  // `visit_all(visitor)` lists it. Unknown and repeated ones are faults; `seen`
  // collects the names of one statement, `also` what else could have been meant.
  template <typename VisitAll>
  bool ParseField(const GraphToken& name, std::string_view owner,
                  std::vector<std::string_view>& seen, std::span<const std::string_view> also,
                  VisitAll&& visit_all) {
    std::vector<std::string_view> known(also.begin(), also.end());
    bool found = false;
    bool good = true;
    visit_all([&](std::string_view field, auto& member) {
      if (field.empty()) return;
      known.push_back(field);
      if (field != name.text) return;
      found = true;
      good = CheckFirst(name, seen) && ParseAssigned(field, member);
    });
    return found ? good : FailUnknownField(name, owner, known);
  }

  // False, with a report, when the statement has this field already.
  bool CheckFirst(const GraphToken& name, std::vector<std::string_view>& seen);
  bool FailUnknownField(const GraphToken& name, std::string_view owner,
                        std::span<const std::string_view> known);

 private:
  template <typename T>
  bool ParseAssigned(std::string_view name, T& member) {
    return Expect('=', name) && ParseValue(name, member);
  }
  // A flag may stand alone: `read_only` is `read_only=true`.
  bool ParseAssigned(std::string_view name, bool& member) {
    if (Accept('=')) return ParseValue(name, member);
    member = true;
    return true;
  }
  std::optional<size_t> ParseChoice(std::span<const std::string_view> choices);
  bool ParseNumber(std::string_view name, uint64_t limit, uint64_t& value);
  template <typename Insert>
  bool ParseStrings(std::string_view name, Insert&& insert);

  GraphLexer& lexer_;
  DiagnosticEngine& diagnostics_;
};

// "; did you mean `x`?" where a candidate is near, else nothing.
std::string Suggestion(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_TEXT_FIELD_PARSER_H_
