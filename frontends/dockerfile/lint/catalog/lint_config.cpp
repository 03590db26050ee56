#include "frontends/dockerfile/lint/catalog/lint_config.h"

#include <fmt/format.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringRef.h>

namespace cooper {
namespace {

void ReadNames(llvm::StringRef value, bool& all, std::set<std::string, std::less<>>& names) {
  if (value == "all") {
    all = true;
    return;
  }
  llvm::SmallVector<llvm::StringRef> parts;
  value.split(parts, ',');
  for (const llvm::StringRef part : parts) names.insert(part.trim().str());
}

bool ReadBool(llvm::StringRef value, bool& result) {
  // What Go's strconv.ParseBool takes.
  for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (value == yes) return result = true;
  }
  for (const char* no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (value == no) {
      result = false;
      return true;
    }
  }
  return false;
}

}  // namespace

Result<LintConfig> LintConfig::Parse(std::string_view text) {
  LintConfig config;
  const llvm::StringRef whole = llvm::StringRef(text.data(), text.size()).trim();
  if (whole.empty()) return config;
  llvm::SmallVector<llvm::StringRef> options;
  whole.split(options, ';');
  for (const llvm::StringRef option : options) {
    const auto [raw_key, raw_value] = option.split('=');
    const llvm::StringRef key = raw_key.trim();
    const llvm::StringRef value = raw_value.trim();
    if (option.contains('=') && key == "skip") {
      ReadNames(value, config.skip_all, config.skipped);
    } else if (option.contains('=') && key == "experimental") {
      ReadNames(value, config.experimental_all, config.experimental);
    } else if (!option.contains('=') || key != "error" || !ReadBool(value, config.error)) {
      return Error(DiagnosticKind::kInvalidDirective,
                   fmt::format("invalid check option `{}`; there are `skip=RULE,...`, "
                               "`experimental=RULE,...` and `error=true`, separated by `;`",
                               option.trim().str()));
    }
  }
  return config;
}

bool LintConfig::Allows(const LintRuleInfo& rule) const {
  if (rule.level == LintLevel::kExperimental) {
    return experimental_all || experimental.contains(rule.name);
  }
  return !skip_all && !skipped.contains(rule.name);
}

LintConfig LintConfig::With(const std::vector<std::string>& comments) const {
  LintConfig merged = *this;
  for (const std::string& comment : comments) {
    const std::string_view check = CheckComment(comment);
    if (check.empty()) continue;
    const Result<LintConfig> own = Parse(check);
    if (!own.ok()) continue;
    merged.skipped.insert(own->skipped.begin(), own->skipped.end());
    merged.skip_all |= own->skip_all;
    merged.experimental.insert(own->experimental.begin(), own->experimental.end());
    merged.experimental_all |= own->experimental_all;
    // An experimental rule is silenced for an instruction by its name.
    for (const std::string& name : own->skipped) {
      merged.experimental.erase(name);
    }
  }
  return merged;
}

std::string_view CheckComment(std::string_view comment) {
  llvm::StringRef text = llvm::StringRef(comment.data(), comment.size()).trim();
  if (!text.consume_front_insensitive("check")) return {};
  text = text.ltrim();
  if (!text.consume_front("=")) return {};
  return std::string_view(text.split("//").first.trim());
}

}  // namespace cooper
