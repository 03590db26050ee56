#include "ir/graph/graph_builder.h"

#include <utility>

namespace cooper {
namespace {

// `text` with what a vertex name cannot have replaced. Dots stay where they
// join two words: stage `go1.24` gives `%go1.24.run`.
std::string AsName(std::string_view text) {
  std::string name(text);
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    const bool joins = c == '.' && i > 0 && i + 1 < name.size() && name[i - 1] != '.';
    if (!word && !joins) name[i] = '_';
  }
  return name;
}

}  // namespace

Edge GraphBuilder::Add(std::string_view stage, std::string_view word, Op op,
                       std::vector<Edge> inputs, VertexMetadata metadata) {
  std::string base = AsName(word);
  if (!stage.empty()) base.insert(0, AsName(stage) + ".");
  std::string name = base;
  // A number may be taken by another word: the second `run` after a `run2`.
  uint32_t number = ++used_[base];
  while (number > 1) {
    name = base + std::to_string(number);
    if (used_.emplace(name, 1).second) break;
    number = ++used_[base];
  }
  return {graph_.Add({std::move(name), std::move(op), std::move(inputs), std::move(metadata)}), 0};
}

}  // namespace cooper
