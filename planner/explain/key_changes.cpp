#include "planner/explain/key_changes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr size_t kPhrasesInALine = 3;
constexpr size_t kExcerptBytes = 28;

using Values = std::vector<std::string>;

size_t CommonPrefix(std::string_view a, std::string_view b) {
  const auto [end, other] = std::ranges::mismatch(a, b);
  return static_cast<size_t>(end - a.begin());
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// `text` from a little before `begin`, at most kExcerptBytes of it.
std::string Excerpt(std::string_view text, size_t begin) {
  constexpr size_t kBefore = 12;
  size_t start = begin > kBefore ? begin - kBefore : 0;
  if (text.size() <= kExcerptBytes) start = 0;
  while (start > 0 && IsContinuation(text[start])) --start;
  size_t end = std::min(text.size(), start + kExcerptBytes);
  while (end < text.size() && IsContinuation(text[end])) ++end;
  return fmt::format("`{}{}{}`", start > 0 ? "..." : "", text.substr(start, end - start),
                     end < text.size() ? "..." : "");
}

std::string FromTo(std::string_view before, std::string_view now) {
  const size_t begin = CommonPrefix(before, now);
  return fmt::format("{} -> {}", Excerpt(before, begin), Excerpt(now, begin));
}

std::string InWords(const Values& values) {
  if (values.size() == 1) return values.front();
  return fmt::format("[{}]", fmt::join(values, ", "));
}

// A command in a shell is shown without the shell that it shares with the other.
std::string CommandChange(const Values& before, const Values& now) {
  size_t same = 0;
  while (same + 1 < before.size() && same + 1 < now.size() && before[same] == now[same]) ++same;
  const auto rest = [same](const Values& words) {
    return fmt::format(
        "{}", fmt::join(words.begin() + static_cast<std::ptrdiff_t>(same), words.end(), " "));
  };
  return "the command changed: " + FromTo(rest(before), rest(now));
}

// Elements "NAME=value" as a map.
std::map<std::string, std::string> Variables(const Values& values) {
  std::map<std::string, std::string> variables;
  for (const std::string& value : values) {
    const size_t equals = value.find('=');
    variables[value.substr(0, equals)] = equals == std::string::npos ? "" : value.substr(equals);
  }
  return variables;
}

// What became of the keys of a map: "NAME changed", "is new", "is gone".
template <typename Map>
void AddMapChanges(std::string_view what, const Map& before, const Map& now, Values& phrases) {
  const size_t count = phrases.size();
  for (const auto& [name, value] : now) {
    const auto old = before.find(name);
    if (old == before.end()) {
      phrases.push_back(fmt::format("{} `{}` is new", what, name));
    } else if (old->second != value) {
      phrases.push_back(fmt::format("{} `{}` changed", what, name));
    }
  }
  for (const auto& [name, value] : before) {
    if (!now.contains(name)) phrases.push_back(fmt::format("{} `{}` is gone", what, name));
  }
  if (phrases.size() == count) phrases.push_back(fmt::format("the order of {}s changed", what));
}

std::string FileChange(const KeyFile& before, const KeyFile& now) {
  if (before.content == now.content) {
    return fmt::format("`{}`: {} -> {}", now.path, before.attributes, now.attributes);
  }
  const auto digest = [](const KeyFile& file) {
    return file.content ? file.content->ShortHex() : "empty";
  };
  return fmt::format("`{}` changed ({} -> {})", now.path, digest(before), digest(now));
}

void AddFileChanges(const CacheKey& before, const CacheKey& now, Values& phrases) {
  const auto by_path = [](const std::vector<KeyFile>& files) {
    std::map<std::string_view, const KeyFile*> paths;
    for (const KeyFile& file : files) paths[file.path] = &file;
    return paths;
  };
  const size_t count = phrases.size();
  const auto old_files = by_path(before.files);
  const auto new_files = by_path(now.files);
  if (old_files.empty() || new_files.empty()) {
    phrases.emplace_back("files that it reads changed");
    return;
  }
  for (const auto& [path, file] : new_files) {
    const auto old = old_files.find(path);
    if (old == old_files.end()) {
      phrases.push_back(fmt::format("`{}` is new", path));
    } else if (*old->second != *file) {
      phrases.push_back(FileChange(*old->second, *file));
    }
  }
  for (const auto& [path, file] : old_files) {
    if (!new_files.contains(path)) phrases.push_back(fmt::format("`{}` is gone", path));
  }
  if (phrases.size() == count) phrases.emplace_back("the names of files that it reads changed");
}

std::string PinChange(const CacheKey& now, const Values& before, const Values& after) {
  const auto shorter = [](const Values& values) {
    const std::optional<Digest> digest =
        values.empty() ? std::nullopt : Digest::Parse(values.front());
    return digest ? "sha256:" + digest->ShortHex() : std::string("nothing");
  };
  return fmt::format("{}: {} -> {}",
                     now.kind == "image" ? "the image is another" : "the file is another",
                     shorter(before), shorter(after));
}

// The last part of "mount[2].target", and in `part` what is before it.
std::string_view FieldOf(std::string_view name, std::string_view& part) {
  const size_t dot = name.find("].");
  part = dot == std::string_view::npos ? std::string_view() : name.substr(0, dot + 1);
  return dot == std::string_view::npos ? name : name.substr(dot + 2);
}

class Comparison {
 public:
  Comparison(const BuildPlan& plan, KeyHistory& history) : plan_(plan), history_(history) {}

  void Compare(VertexId vertex, const CacheKey& before, KeyChanges& changes) {
    const CacheKey& now = *plan_.keys[vertex];
    bool content = false;
    for (const std::string& name : Names(before, now)) {
      const Values old_values = ValuesOf(before, name);
      const Values values = ValuesOf(now, name);
      if (old_values == values) continue;
      std::string_view part;
      const std::string_view field = FieldOf(name, part);
      if (field == "base" || field == "input") {
        CompareInput(vertex, name, old_values, changes.below);
      } else if (field == "content") {
        if (!std::exchange(content, true)) AddFileChanges(before, now, changes.own);
      } else if (name == "args") {
        changes.own.push_back(CommandChange(old_values, values));
      } else if (name == "env") {
        AddMapChanges("variable", Variables(old_values), Variables(values), changes.own);
      } else if (name == "pin") {
        changes.own.push_back(PinChange(now, old_values, values));
      } else if (old_values.empty()) {
        changes.own.push_back(fmt::format("{} is new: {}", name, Excerpt(InWords(values), 0)));
      } else if (values.empty()) {
        changes.own.push_back(fmt::format("{} is gone: {}", name, Excerpt(InWords(old_values), 0)));
      } else {
        changes.own.push_back(
            fmt::format("{} changed: {}", name, FromTo(InWords(old_values), InWords(values))));
      }
    }
  }

 private:
  static Values ValuesOf(const CacheKey& key, std::string_view name) {
    const KeyComponent* const component = FindComponent(key, name);
    return component == nullptr ? Values() : component->values;
  }

  static std::vector<std::string> Names(const CacheKey& before, const CacheKey& now) {
    std::vector<std::string> names;
    for (const CacheKey* const key : {&now, &before}) {
      for (const KeyComponent& component : key->components) {
        if (std::ranges::find(names, component.name) == names.end()) {
          names.push_back(component.name);
        }
      }
    }
    return names;
  }

  // The vertex that the component `name` of `reader` is about.
  std::optional<VertexId> InputOf(VertexId reader, std::string_view name) const {
    const std::vector<Edge>& inputs = plan_.graph.vertex(reader).inputs;
    if (name == "base" && !inputs.empty()) return inputs.front().vertex;
    if (name == "input" && inputs.size() == 2) return inputs.back().vertex;
    // "mount[2].input"; of a merge, which has several, none.
    const auto* exec = std::get_if<ExecOp>(&plan_.graph.vertex(reader).op);
    if (exec == nullptr) return std::nullopt;
    for (size_t number = 1; number <= exec->mounts.size(); ++number) {
      const std::optional<uint32_t>& input = exec->mounts[number - 1].input;
      if (input && name == fmt::format("mount[{}].input", number)) return inputs[*input].vertex;
    }
    return std::nullopt;
  }

  void CompareInput(VertexId reader, std::string_view name, const Values& before,
                    std::vector<std::string>& phrases) {
    const std::optional<VertexId> input = InputOf(reader, name);
    if (!input || !plan_.keys[*input] || before.empty()) {
      phrases.emplace_back("what it builds on is another");
      return;
    }
    if (!seen_.insert(*input).second) return;
    const Vertex& vertex = plan_.graph.vertex(*input);
    const std::string title = vertex.metadata.display_name.empty()
                                  ? "%" + vertex.name
                                  : EscapeForTerminal(vertex.metadata.display_name);
    const std::optional<Digest> old_key = Digest::Parse(before.front());
    std::optional<CacheKey> old = old_key ? history_.Find(*old_key) : std::nullopt;
    if (!old || old->kind != plan_.keys[*input]->kind) {
      phrases.push_back(fmt::format("below it is now {}", Excerpt(title, 0)));
      return;
    }
    KeyChanges changes;
    Compare(*input, *old, changes);
    for (const std::string& phrase : changes.own) {
      phrases.push_back(fmt::format("{}: {}", Excerpt(title, 0), phrase));
    }
    std::ranges::move(changes.below, std::back_inserter(phrases));
  }

  const BuildPlan& plan_;
  KeyHistory& history_;
  std::set<VertexId> seen_;  // inputs that were followed
};

}  // namespace

std::optional<KeyChanges> FindKeyChanges(const BuildPlan& plan, VertexId vertex,
                                         KeyHistory& history) {
  if (vertex >= plan.keys.size() || !plan.keys[vertex]) return std::nullopt;
  KeyChanges changes;
  if (history.Find(plan.keys[vertex]->digest)) return changes;
  const std::optional<CacheKey> before = history.Newest(plan.graph.vertex(vertex));
  if (!before || before->kind != plan.keys[vertex]->kind) return std::nullopt;
  Comparison(plan, history).Compare(vertex, *before, changes);
  return changes;
}

std::string InOneLine(const std::vector<std::string>& phrases) {
  const size_t shown = std::min(phrases.size(), kPhrasesInALine);
  std::string line = fmt::format(
      "{}", fmt::join(phrases.begin(), phrases.begin() + static_cast<std::ptrdiff_t>(shown), "; "));
  if (phrases.size() > shown) line += fmt::format("; and {} more", phrases.size() - shown);
  return line;
}

}  // namespace cooper
