// The report as GitLab's Code Quality artifact, which merge requests show beside the
// lines. A fingerprint names the same finding from one commit to the next: it holds
// the text of the line and not its number.

#include <fmt/format.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/JSON.h>

#include <map>

#include "cli/check/check_report.h"
#include "ir/base/digest.h"

namespace cooper {
namespace {

std::string_view SeverityName(CheckReport::Severity severity) {
  switch (severity) {
    case CheckReport::Severity::kInfo:
      return "info";
    case CheckReport::Severity::kWarning:
      return "minor";
    case CheckReport::Severity::kError:
      return "critical";
  }
  return "";
}

}  // namespace

std::string CheckGitlab(const CheckReport& report, const SourceFiles& files) {
  namespace json = llvm::json;
  json::Array issues;
  std::map<std::string, int> seen;
  for (const CheckReport::Item& item : report.items) {
    const bool placed = item.range && item.range->file < files.size();
    const SourceRange range = placed ? *item.range : SourceRange{};
    const std::string path = range.file < files.size() ? files.file(range.file).name : "Dockerfile";
    std::string identity = fmt::format("{}\n{}\n{}\n{}", item.name, path, item.message,
                                       placed ? files.Line(range.file, range.begin.line) : "");
    const int earlier = seen[identity]++;
    if (earlier > 0) identity += fmt::format("\n{}", earlier);
    json::Object lines{{"begin", range.begin.line},
                       {"end", std::max(range.begin.line, range.end.line)}};
    issues.push_back(json::Object{
        {"description", json::fixUTF8(item.Text())},
        {"check_name", item.name},
        {"fingerprint", Digest::Of(identity).Hex()},
        {"severity", std::string(SeverityName(item.severity))},
        {"location", json::Object{{"path", json::fixUTF8(path)}, {"lines", std::move(lines)}}}});
  }
  return llvm::formatv("{0:2}\n", json::Value(std::move(issues))).str();
}

}  // namespace cooper
