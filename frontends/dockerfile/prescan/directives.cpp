#include "frontends/dockerfile/prescan/directives.h"

#include <fmt/format.h>
#include <llvm/Support/Error.h>
#include <llvm/Support/JSON.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace cooper {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

struct NameAndValue {
  std::string name;  // lower case
  std::string_view value;
};

// `mark` begins a comment.
std::optional<NameAndValue> Split(std::string_view line, std::string_view mark = "#") {
  line = Trim(line);
  if (!line.starts_with(mark)) return std::nullopt;
  line = Trim(line.substr(mark.size()));
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view name = Trim(line.substr(0, equals));
  const std::string_view value = Trim(line.substr(equals + 1));
  const auto is_alphanumeric = [](unsigned char c) { return std::isalnum(c) != 0; };
  if (name.empty() || value.empty() || std::isalpha(static_cast<unsigned char>(name[0])) == 0 ||
      !std::all_of(name.begin(), name.end(), is_alphanumeric)) {
    return std::nullopt;
  }
  NameAndValue result{std::string(name), value};
  for (char& c : result.name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::optional<Directive> SyntaxOfJson(std::string_view text, SourceRange range) {
  if (!Trim(text).starts_with('{')) return std::nullopt;
  llvm::Expected<llvm::json::Value> value =
      llvm::json::parse(llvm::StringRef(text.data(), text.size()));
  if (!value) {
    llvm::consumeError(value.takeError());
    return std::nullopt;
  }
  const llvm::json::Object* object = value->getAsObject();
  const std::optional<llvm::StringRef> syntax =
      object == nullptr ? std::nullopt : object->getString("syntax");
  if (!syntax || syntax->empty()) return std::nullopt;
  return Directive{syntax->str(), range};
}

}  // namespace

std::optional<Directive> FindForeignSyntax(std::string_view text, uint32_t file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  uint32_t first = 1;
  if (text.starts_with("#!")) {
    TakeLine(text);
    ++first;
  }
  for (const std::string_view mark : {"#", "//"}) {
    std::string_view rest = text;
    for (uint32_t number = first; !rest.empty(); ++number) {
      const std::string_view line = TakeLine(rest);
      const std::optional<NameAndValue> found = Split(line, mark);
      if (!found) break;
      if (found->name != "syntax") continue;
      const auto end = static_cast<uint32_t>(line.find_last_not_of(kBlanks)) + 2;
      return Directive{std::string(found->value), {file, {number, 1}, {number, end}}};
    }
  }
  return SyntaxOfJson(text, {file, {first, 1}, {first, 2}});
}

Directives ParseDirectives(std::string_view text, uint32_t file, DiagnosticEngine& diagnostics) {
  Directives directives;
  bool escape_seen = false;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (uint32_t number = 1; !text.empty(); ++number) {
    const std::string_view line = TakeLine(text);
    const std::optional<NameAndValue> found = Split(line);
    if (!found) break;

    const std::string_view shown = line.substr(0, line.find_last_not_of(kBlanks) + 1);
    const SourceRange range{file, {number, 1}, {number, static_cast<uint32_t>(shown.size()) + 1}};
    bool repeated = false;
    ++directives.line_count;
    if (found->name == "escape") {
      repeated = std::exchange(escape_seen, true);
      if (found->value == "\\" || found->value == "`") {
        if (!repeated) directives.escape = found->value[0];
      } else {
        diagnostics.Report(
            DiagnosticKind::kInvalidDirective, range,
            fmt::format("invalid escape token `{}`; it must be a backslash or a backtick",
                        found->value));
      }
    } else if (found->name == "syntax" || found->name == "check") {
      std::optional<Directive>& slot =
          found->name == "syntax" ? directives.syntax : directives.check;
      repeated = slot.has_value();
      if (!repeated) slot = Directive{std::string(found->value), range};
    } else {
      --directives.line_count;
      break;
    }
    if (repeated) {
      diagnostics.Report(DiagnosticKind::kInvalidDirective, range,
                         fmt::format("only one `{}` parser directive can be used", found->name));
    }
  }
  return directives;
}

}  // namespace cooper
