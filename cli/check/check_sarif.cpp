// The report as SARIF 2.1.0. Columns count code points, which the log says of itself.

#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/JSON.h>

#include "cli/check/check_report.h"
#include "cli/command_line/version.h"

namespace cooper {
namespace {

namespace json = llvm::json;

std::string_view LevelOf(CheckReport::Severity severity) {
  switch (severity) {
    case CheckReport::Severity::kInfo:
      return "note";
    case CheckReport::Severity::kWarning:
      return "warning";
    case CheckReport::Severity::kError:
      return "error";
  }
  return "none";
}

uint32_t CodePointColumn(const SourceFiles& files, uint32_t file, const SourcePosition& at) {
  const std::string_view before = files.Line(file, at.line).substr(0, at.column - 1);
  uint32_t column = 1;
  for (const char c : before) column += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return column;
}

// A relative reference, as artifact locations want it.
std::string UriOf(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    const bool plain = std::string_view("-._~/").find(c) != std::string_view::npos ||
                       (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    uri +=
        plain ? std::string(1, c) : llvm::formatv("%{0:X-2}", static_cast<unsigned char>(c)).str();
  }
  return uri;
}

json::Object Text(const std::string& text) { return json::Object{{"text", json::fixUTF8(text)}}; }

json::Object Location(const SourceRange& range, const SourceFiles& files) {
  json::Object region{{"startLine", range.begin.line},
                      {"startColumn", CodePointColumn(files, range.file, range.begin)},
                      {"endLine", range.end.line},
                      {"endColumn", CodePointColumn(files, range.file, range.end)}};
  json::Object artifact{{"uri", UriOf(files.file(range.file).name)}};
  json::Object physical{{"artifactLocation", std::move(artifact)}, {"region", std::move(region)}};
  return json::Object{{"physicalLocation", std::move(physical)}};
}

// All rules, also those that found nothing: an index into them tells a result's rule.
json::Array Rules() {
  json::Array rules;
  for (const LintRuleInfo& rule : LintRules()) {
    const bool info = rule.level == LintLevel::kInfo;
    json::Object object{
        {"id", std::string(rule.name)},
        {"shortDescription", Text(std::string(rule.summary))},
        {"help",
         Text(std::string(rule.summary) + " (docs/lint/" + std::string(rule.slug) + ".md)")},
        {"defaultConfiguration", json::Object{{"level", info ? "note" : "warning"},
                                              {"enabled", rule.level != LintLevel::kExperimental}}},
        {"properties",
         json::Object{
             {"tags", json::Array{rule.origin == LintOrigin::kCooper ? "cooper" : "buildkit"}}}}};
    if (const std::string url = rule.Url(); !url.empty()) object["helpUri"] = url;
    rules.push_back(std::move(object));
  }
  return rules;
}

}  // namespace

std::string CheckSarif(const CheckReport& report, const SourceFiles& files) {
  json::Array results;
  for (const CheckReport::Item& item : report.items) {
    json::Object result{{"ruleId", item.name},
                        {"level", std::string(LevelOf(item.severity))},
                        {"message", Text(item.Text())}};
    if (item.rule) result["ruleIndex"] = static_cast<int64_t>(*item.rule);
    if (item.range && item.range->file < files.size()) {
      result["locations"] = json::Array{Location(*item.range, files)};
    }
    results.push_back(std::move(result));
  }
  json::Object driver{{"name", "cooper"}, {"version", VersionNumber()}, {"rules", Rules()}};
  json::Object run{{"tool", json::Object{{"driver", std::move(driver)}}},
                   {"columnKind", "unicodeCodePoints"},
                   {"results", std::move(results)}};
  json::Object root{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", json::Array{std::move(run)}}};
  return llvm::formatv("{0:2}\n", json::Value(std::move(root))).str();
}

}  // namespace cooper
