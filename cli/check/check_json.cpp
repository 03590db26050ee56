// The report as BuildKit's `frontend.lint` has it, so that what reads the one reads
// the other. `severity` and `help` are ours.

#include <llvm/Support/Base64.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/JSON.h>

#include "cli/check/check_report.h"

namespace cooper {
namespace {

namespace json = llvm::json;

// BuildKit names lines alone.
json::Value Location(const SourceRange& lines) {
  const auto position = [](const SourcePosition& at) { return json::Object{{"line", at.line}}; };
  json::Object range{{"start", position(lines.begin)}, {"end", position(lines.end)}};
  return json::Object{{"ranges", json::Array{std::move(range)}}};
}

}  // namespace

std::string CheckJson(const CheckReport& report, const SourceFiles& files, uint32_t file) {
  json::Array warnings;
  json::Object root;
  for (const CheckReport::Item& item : report.items) {
    if (!item.rule) {
      if (item.severity != CheckReport::Severity::kError || root.get("buildError")) continue;
      json::Object error{{"message", json::fixUTF8(item.message)}};
      if (item.lines) error["location"] = Location(*item.lines);
      root["buildError"] = std::move(error);
      continue;
    }
    const LintRuleInfo& rule = InfoOf(*item.rule);
    json::Object warning{{"ruleName", std::string(rule.name)},
                         {"description", std::string(rule.summary)},
                         {"detail", json::fixUTF8(item.message)},
                         {"location", Location(*item.lines)}};
    if (const std::string url = rule.Url(); !url.empty()) warning["url"] = url;
    if (!item.help.empty()) warning["help"] = json::fixUTF8(item.help);
    warning["severity"] = item.severity == CheckReport::Severity::kInfo ? "info" : "warning";
    warnings.push_back(std::move(warning));
  }
  root["warnings"] = std::move(warnings);
  root["sources"] = json::Array{json::Object{{"filename", json::fixUTF8(files.file(file).name)},
                                             {"language", "Dockerfile"},
                                             {"data", llvm::encodeBase64(files.file(file).text)}}};
  return llvm::formatv("{0:2}\n", json::Value(std::move(root))).str();
}

}  // namespace cooper
