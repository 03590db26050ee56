#include "frontends/dockerfile/lint/catalog/local_sources.h"

#include <filesystem>
#include <utility>

#include "frontends/dockerfile/operands/instruction_flags.h"
#include "frontends/dockerfile/prescan/heredoc_marker.h"

namespace cooper {
namespace {

std::string Clean(const std::string& path) {
  std::string clean = std::filesystem::path(path).lexically_normal().string();
  if (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
  return clean.empty() ? "." : clean;
}

// A URL or a git repository: no file of the context has such a name.
bool IsRemote(const std::string& text) {
  return text.find("://") != std::string::npos || text.starts_with("git@");
}

}  // namespace

std::vector<LocalSource> LocalSourcesOf(const LintInstruction& at) {
  const Instruction& instruction = at.instruction;
  std::vector<LocalSource> sources;
  if (instruction.kind != InstructionKind::kCopy && instruction.kind != InstructionKind::kAdd) {
    return sources;
  }
  const Flag* from = FindFlag(instruction, "from");
  if (from != nullptr && from->value && !from->value->empty()) return sources;
  for (size_t i = 0; i + 1 < instruction.arguments.size(); ++i) {
    const Word& word = instruction.arguments[i];
    if (!instruction.heredocs().empty() && ParseHeredocMarker(word.text)) continue;
    const std::string text = at.Expand(word);
    if (text.empty() || IsRemote(text)) continue;
    sources.push_back({Clean(text), instruction.RangeOf(word)});
  }
  return sources;
}

}  // namespace cooper
