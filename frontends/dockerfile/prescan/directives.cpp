#include "frontends/dockerfile/prescan/directives.h"

#include <fmt/format.h>

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

std::optional<NameAndValue> Split(std::string_view line) {
  line = Trim(line);
  if (line.empty() || line[0] != '#') return std::nullopt;
  line = Trim(line.substr(1));
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

}  // namespace

Directives ParseDirectives(std::string_view text, uint32_t file, DiagnosticEngine& diagnostics) {
  Directives directives;
  bool escape_seen = false;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (uint32_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
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
