#include "ir/graph/text/parser_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/text/text.h"

namespace cooper {

ParserState::ParserState(const SourceFiles& files, uint32_t file, DiagnosticEngine& engine)
    : lexer(files.file(file).text, file),
      fields(lexer, engine),
      diagnostics(engine),
      graph_file(file),
      faults_before_(engine.error_count()) {
  // Ids in the graph are those of `files`, so that messages about a vertex can
  // show the line it came from.
  for (uint32_t id = 0; id < files.size(); ++id) {
    graph.source_names().push_back(files.file(id).name);
    file_ids_.emplace(files.file(id).name, id);
  }
}

bool ParserState::Define(const GraphToken& name, std::optional<VertexId> id) {
  const auto [entry, added] =
      definitions_.try_emplace(name.text, Definition{id, name.range.begin.line});
  if (added) return true;
  if (!id) return false;
  return fields.Fail(name, fmt::format("`%{}` is defined a second time; the first is on line {}",
                                       name.text, entry->second.line));
}

bool ParserState::ParseVertexName(VertexId& id) {
  if (lexer.Peek().kind != GraphTokenKind::kName) {
    return fields.FailExpected("the name of a vertex, such as `%build.run`");
  }
  const GraphToken token = lexer.Take();
  if (const auto found = definitions_.find(token.text); found != definitions_.end()) {
    if (!found->second.id) return false;
    id = *found->second.id;
    return true;
  }
  // Hostile text may define very many names and misspell as many.
  constexpr size_t kMaxCandidates = 2'000;
  std::vector<std::string_view> candidates;
  for (const auto& [name, definition] : definitions_) {
    if (candidates.size() == kMaxCandidates) break;
    candidates.push_back(name);
  }
  std::sort(candidates.begin(), candidates.end());
  std::string hint;
  if (const auto nearest = NearestName(token.text, candidates)) {
    hint = fmt::format("; did you mean `%{}`?", *nearest);
  }
  return fields.Fail(token, fmt::format("`%{}` is not defined above{}", token.text, hint));
}

uint32_t ParserState::FileId(const std::string& name) {
  const auto [entry, added] =
      file_ids_.try_emplace(name, static_cast<uint32_t>(graph.source_names().size()));
  if (added) graph.source_names().push_back(name);
  return entry->second;
}

bool ParserState::HasTooManyFaults() const {
  return diagnostics.error_count() - faults_before_ >= DiagnosticEngine::kMaxDiagnostics;
}

void ParserState::SkipLine() {
  while (!lexer.Peek().EndsLine()) lexer.Take();
  if (lexer.Peek().kind == GraphTokenKind::kNewline) lexer.Take();
}

void ParserState::SkipStatement() {
  // A block that was not closed ends where the next statement begins.
  if (lexer.at_line_begin()) return;
  bool opens = false;
  while (!lexer.Peek().EndsLine()) opens = lexer.Take().Is('{');
  if (!opens) return;
  while (true) {
    SkipLine();
    if (StartsStatement(lexer.Peek())) return;
    if (lexer.Peek().Is('}')) {
      SkipLine();
      return;
    }
  }
}

}  // namespace cooper
