// The outline of a target and the list of targets, in the shapes of BuildKit's
// sub-requests `frontend.outline` and `frontend.targets`.

#include <fmt/format.h>
#include <llvm/Support/Base64.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/JSON.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/compilation.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

namespace json = llvm::json;

json::Object Location(const SourceRange& range) {
  const auto position = [](const SourcePosition& at) { return json::Object{{"line", at.line}}; };
  json::Object lines{{"start", position(range.begin)}, {"end", position(range.end)}};
  return json::Object{{"ranges", json::Array{std::move(lines)}}};
}

void AddText(json::Object& object, llvm::StringRef key, const std::string& text) {
  if (!text.empty()) object[key] = json::fixUTF8(text);
}

std::string Print(json::Object root, const Compilation& compilation) {
  root["sources"] =
      json::Array{llvm::encodeBase64(compilation.files().file(compilation.file()).text)};
  return llvm::formatv("{0:2}\n", json::Value(std::move(root))).str();
}

std::string TargetsJson(const std::vector<TargetInfo>& targets, const Compilation& compilation) {
  json::Array list;
  for (const TargetInfo& target : targets) {
    json::Object object;
    AddText(object, "name", target.name);
    if (target.is_default) object["default"] = true;
    AddText(object, "description", target.description);
    AddText(object, "base", target.base);
    AddText(object, "platform", target.platform);
    object["location"] = Location(target.range);
    list.push_back(std::move(object));
  }
  return Print(json::Object{{"targets", std::move(list)}}, compilation);
}

json::Array Credentials(const std::vector<Outline::Credential>& credentials) {
  json::Array list;
  for (const Outline::Credential& credential : credentials) {
    json::Object object{{"name", json::fixUTF8(credential.id)},
                        {"location", Location(credential.range)}};
    if (credential.required) object["required"] = true;
    list.push_back(std::move(object));
  }
  return list;
}

std::string OutlineJson(const Outline& outline, const Compilation& compilation) {
  json::Object root;
  AddText(root, "name", outline.name);
  AddText(root, "description", outline.description);
  json::Array arguments;
  for (const Outline::Argument& argument : outline.arguments) {
    json::Object object{{"name", json::fixUTF8(argument.name)},
                        {"location", Location(argument.range)}};
    AddText(object, "description", argument.description);
    AddText(object, "value", argument.value);
    arguments.push_back(std::move(object));
  }
  json::Array caches;
  for (const Outline::Cache& cache : outline.caches) {
    caches.push_back(
        json::Object{{"ID", json::fixUTF8(cache.id)}, {"location", Location(cache.range)}});
  }
  const auto add = [&](llvm::StringRef key, json::Array list) {
    if (!list.empty()) root[key] = std::move(list);
  };
  add("args", std::move(arguments));
  add("secrets", Credentials(outline.secrets));
  add("ssh", Credentials(outline.agents));
  add("cache", std::move(caches));
  return Print(std::move(root), compilation);
}

using Row = std::vector<std::string>;

// Columns as wide as their widest cell; the last one is not padded.
std::string Table(std::vector<Row> rows) {
  std::vector<size_t> widths(rows[0].size());
  for (Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = EscapeForTerminal(row[i]);
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - DisplayWidth(row[i]) + 3, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string TargetsText(const std::vector<TargetInfo>& targets) {
  std::vector<Row> rows = {{"TARGET", "DESCRIPTION"}};
  for (const TargetInfo& target : targets) {
    if (target.name.empty() && !target.is_default) continue;  // cannot be named
    const std::string name = target.name + (target.name.empty() ? "" : " ");
    rows.push_back({target.is_default ? name + "(default)" : name, target.description});
  }
  return Table(std::move(rows));
}

std::string OutlineText(const Outline& outline) {
  std::vector<std::vector<Row>> tables;
  tables.push_back({{"TARGET:", outline.name.empty() ? "(default)" : outline.name}});
  if (!outline.description.empty()) {
    tables.back().push_back({"DESCRIPTION:", outline.description});
  }
  tables.push_back({{"BUILD ARG", "VALUE", "DESCRIPTION"}});
  for (const Outline::Argument& argument : outline.arguments) {
    tables.back().push_back({argument.name, argument.value, argument.description});
  }
  const auto credentials = [&](const char* title, const std::vector<Outline::Credential>& list) {
    tables.push_back({{title, "REQUIRED"}});
    for (const Outline::Credential& one : list) {
      tables.back().push_back({one.id, one.required ? "true" : ""});
    }
  };
  credentials("SECRET", outline.secrets);
  credentials("SSH", outline.agents);
  tables.push_back({{"CACHE"}});
  for (const Outline::Cache& cache : outline.caches) tables.back().push_back({cache.id});

  std::string text = Table(tables[0]);
  for (size_t i = 1; i < tables.size(); ++i) {
    if (tables[i].size() > 1) text += "\n" + Table(tables[i]);
  }
  return text;
}

}  // namespace

int RunInspect(const InspectOptions& options, CliEnvironment& environment) {
  Workshop workshop(options.input, environment, StoreUse::kRead);
  Compilation compilation(options.input, environment, workshop);
  if (Status status = compilation.Read(); !status.ok()) return compilation.Fail(&status.error());
  std::string text;
  if (options.outline) {
    const Result<Outline> outline = compilation.OutlineOfTarget();
    if (!outline.ok()) return compilation.Fail(&outline.error());
    text = options.json ? OutlineJson(*outline, compilation) : OutlineText(*outline);
  } else {
    const Result<std::vector<TargetInfo>> targets = compilation.Targets();
    if (!targets.ok()) return compilation.Fail(&targets.error());
    text = options.json ? TargetsJson(*targets, compilation) : TargetsText(*targets);
  }
  if (compilation.diagnostics().has_errors()) return compilation.Fail(nullptr);
  environment.out << text;
  return 0;
}

}  // namespace cooper
