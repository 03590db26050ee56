#include "ir/graph/text/vertex_parser.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <variant>

#include "ir/graph/op_fields.h"
#include "ir/graph/op_info.h"

namespace cooper {
namespace {

constexpr std::array<std::string_view, 2> kMetadataFields = {"loc", "display"};

class VertexParser {
 public:
  explicit VertexParser(ParserState& state)
      : state_(state), lexer_(state.lexer), fields_(state.fields) {}

  bool Parse(SourceRange& line) {
    const GraphToken name = lexer_.Take();
    line = name.range;
    vertex_.name = name.text;
    const bool good = !name.text.empty() ? ParseDefinition(line)
                                         : fields_.Fail(name, "a vertex needs a name after `%`");
    if (!good) {
      state_.Define(name, std::nullopt);
      return false;
    }
    if (vertex_.metadata.ranges.empty()) vertex_.metadata.ranges.push_back(line);
    if (!state_.Define(name, state_.graph.size())) return false;
    state_.graph.Add(std::move(vertex_));
    return true;
  }

 private:
  bool ParseDefinition(SourceRange& line) {
    if (!fields_.Expect('=', "%" + vertex_.name) || !ParseOp() || !ParsePositional() ||
        !ParseInputs() || !ParseFields()) {
      return false;
    }
    line.end = lexer_.taken_end();
    if (!lexer_.Peek().Is('{')) return true;
    ExecOp* exec = std::get_if<ExecOp>(&vertex_.op);
    if (exec == nullptr) {
      return fields_.Fail(lexer_.Peek(), fmt::format("`{}` has no block; only `exec` has mounts",
                                                     OpName(vertex_.op)));
    }
    const GraphToken open = lexer_.Take();
    return state_.ParseBlock(open, [&] { return ParseMount(*exec); });
  }

  bool ParseOp() {
    if (lexer_.Peek().kind != GraphTokenKind::kWord) {
      return fields_.FailExpected("the name of an op, such as `exec`");
    }
    const GraphToken token = lexer_.Take();
    std::vector<std::string_view> names;
    for (const OpInfo& info : AllOps()) {
      if (info.name == token.text) {
        vertex_.op = info.make();
        return true;
      }
      names.push_back(info.name);
    }
    return fields_.Fail(
        token, fmt::format("unknown op `{}`{}", token.text, Suggestion(token.text, names)));
  }

  bool ParsePositional() {
    if (lexer_.Peek().kind != GraphTokenKind::kString) return true;
    bool found = false;
    bool good = true;
    VisitOpFields([&](std::string_view name, auto& member) {
      if (name != kPositional) return;
      found = true;
      good = fields_.ParseValue(OpName(vertex_.op), member);
    });
    return found ? good
                 : fields_.Fail(lexer_.Peek(), fmt::format("`{}` takes no value without a name",
                                                           OpName(vertex_.op)));
  }

  bool ParseInputs() {
    if (!fields_.Accept('(')) return true;
    do {
      VertexId id = 0;
      if (!state_.ParseVertexName(id)) return false;
      vertex_.inputs.push_back({id, 0});
    } while (fields_.Accept(','));
    return fields_.Accept(')') || fields_.FailExpected("`,` or `)`");
  }

  bool ParseFields() {
    std::vector<std::string_view> seen;
    while (lexer_.Peek().kind == GraphTokenKind::kWord) {
      const GraphToken name = lexer_.Take();
      bool good = false;
      if (name.text == "loc") {
        good = fields_.CheckFirst(name, seen) && ParseLocations();
      } else if (name.text == "display") {
        good = fields_.CheckFirst(name, seen) && fields_.Expect('=', name.text) &&
               fields_.ParseValue(name.text, vertex_.metadata.display_name);
      } else {
        good = fields_.ParseField(name, OpName(vertex_.op), seen, kMetadataFields,
                                  [&](auto&& visit) { VisitOpFields(visit); });
      }
      if (!good) return false;
    }
    return lexer_.Peek().EndsLine() || lexer_.Peek().Is('{') ||
           fields_.FailExpected("a field `name=value`");
  }

  // loc("Dockerfile":3:1-3:20, ...)
  bool ParseLocations() {
    if (!fields_.Expect('(', "loc")) return false;
    do {
      std::string file;
      SourceRange range;
      if (!fields_.ParseValue("loc", file) || !fields_.Expect(':', "loc") ||
          !ParsePosition(range.begin) || !fields_.Expect('-', "loc") || !ParsePosition(range.end)) {
        return false;
      }
      range.file = state_.FileId(file);
      vertex_.metadata.ranges.push_back(range);
    } while (fields_.Accept(','));
    return fields_.Accept(')') || fields_.FailExpected("`,` or `)`");
  }

  bool ParsePosition(SourcePosition& position) {
    const GraphToken first = lexer_.Peek();
    if (!fields_.ParseValue("line", position.line) || !fields_.Expect(':', "line") ||
        !fields_.ParseValue("column", position.column)) {
      return false;
    }
    return (position.line > 0 && position.column > 0) ||
           fields_.Fail(first, "lines and columns count from 1");
  }

  bool ParseMount(ExecOp& exec) {
    if (!lexer_.Peek().IsWord("mount")) return fields_.FailExpected("`mount` or `}`");
    lexer_.Take();
    Mount mount;
    if (!fields_.ParseValue("mount", mount.type)) return false;
    constexpr std::array<std::string_view, 1> kInputField = {"from"};
    std::vector<std::string_view> seen;
    std::optional<VertexId> input;
    while (lexer_.Peek().kind == GraphTokenKind::kWord) {
      const GraphToken name = lexer_.Take();
      if (name.text == "from") {
        if (!fields_.CheckFirst(name, seen) || !fields_.Expect('=', "from") ||
            !state_.ParseVertexName(input.emplace())) {
          return false;
        }
        continue;
      }
      if (!fields_.ParseField(name, "mount", seen, kInputField,
                              [&](auto&& visit) { VisitMountFields(mount, visit); })) {
        return false;
      }
    }
    if (input) {
      mount.input = static_cast<uint32_t>(vertex_.inputs.size());
      vertex_.inputs.push_back({*input, 0});
    }
    exec.mounts.push_back(std::move(mount));
    return true;
  }

  template <typename Visit>
  void VisitOpFields(Visit&& visit) {
    std::visit([&](auto& op) { VisitFields(op, visit); }, vertex_.op);
  }

  ParserState& state_;
  GraphLexer& lexer_;
  FieldParser& fields_;
  Vertex vertex_;
};

}  // namespace

bool ParseVertex(ParserState& state, SourceRange& line) { return VertexParser(state).Parse(line); }

}  // namespace cooper
