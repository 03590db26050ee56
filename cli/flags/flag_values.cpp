#include "cli/flags/flag_values.h"

#include <fmt/format.h>

#include <charconv>

#include "ir/text/text.h"
#include "ir/text/url_text.h"

namespace cooper {
namespace {

Error UsageError(std::string message) { return Error(DiagnosticKind::kUsage, std::move(message)); }

constexpr std::string_view kContextForms =
    "a directory, `docker-image://REF`, `oci-layout://DIR`, or the URL of a git repository or an "
    "archive";

// A repository by a scheme or as `git@HOST:PATH`, or an archive.
bool IsUrlContext(std::string_view value) {
  for (const std::string_view scheme : {"http://", "https://", "git://", "ssh://"}) {
    if (value.starts_with(scheme)) return true;
  }
  return value.starts_with("git@");
}

NamedContext LayoutContext(std::string_view value) {
  NamedContext context{NamedContext::Kind::kLayout, std::string(value), "", {}};
  SplitTag(context.value, context.tag);
  return context;
}

}  // namespace

Error UnknownChoice(std::string_view flag, const std::string& value,
                    std::span<const std::string_view> choices) {
  const auto nearest = NearestName(value, choices);
  if (nearest) return UsageError(fmt::format("`{} {}`: did you mean `{}`?", flag, value, *nearest));
  return UsageError(
      fmt::format("`{} {}`: expected one of `{}`", flag, value, fmt::join(choices, "`, `")));
}

Result<unsigned> ParseNumber(std::string_view flag, const std::string& value, unsigned least,
                             unsigned most) {
  unsigned number = 0;
  const char* const end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number < least || number > most) {
    return UsageError(
        fmt::format("`{} {}`: expected a number from {} to {}", flag, value, least, most));
  }
  return number;
}

Status AddPair(std::string_view flag, const std::string& text,
               std::map<std::string, std::string>& pairs) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return UsageError(fmt::format("`{} {}`: expected NAME=VALUE", flag, text));
  }
  pairs[text.substr(0, equals)] = text.substr(equals + 1);
  return Ok();
}

Status AddBuildArg(const std::string& text, const CliEnvironment& environment,
                   std::map<std::string, std::string>& arguments) {
  if (text.empty() || text.find('=') != std::string::npos) {
    return AddPair("--build-arg", text, arguments);
  }
  if (const auto value = environment.variable(text)) arguments[text] = *value;
  return Ok();
}

Status AddNamedContext(const std::string& text, std::map<std::string, NamedContext>& contexts) {
  constexpr std::string_view kImage = "docker-image://";
  constexpr std::string_view kLayout = "oci-layout://";
  std::map<std::string, std::string> pair;
  COOPER_RETURN_IF_ERROR(AddPair("--build-context", text, pair));
  const auto& [name, value] = *pair.begin();
  NamedContext context{NamedContext::Kind::kDirectory, value, "", {}};
  if (value.starts_with(kImage)) {
    context = {NamedContext::Kind::kImage, value.substr(kImage.size()), "", {}};
  } else if (value.starts_with(kLayout)) {
    context = LayoutContext(std::string_view(value).substr(kLayout.size()));
  } else if (IsUrlContext(value)) {
    context.kind = NamedContext::Kind::kUrl;
  } else if (const size_t scheme = value.find("://"); scheme != std::string::npos) {
    return UsageError(
        fmt::format("`--build-context {}`: contexts of kind `{}` are not supported; "
                    "give {}",
                    HideUserinfo(text), value.substr(0, scheme), kContextForms));
  }
  if (context.value.empty()) {
    return UsageError(
        fmt::format("`--build-context {}` names no place; give {}", text, kContextForms));
  }
  contexts[name] = std::move(context);
  return Ok();
}

void SplitTag(std::string& place, std::string& tag) {
  const size_t slash = place.rfind('/');
  const auto behind_slash = [slash](size_t at) {
    return at != std::string::npos && (slash == std::string::npos || at > slash);
  };
  size_t at = place.rfind("@sha256:");
  if (!behind_slash(at)) at = place.rfind(':');
  if (!behind_slash(at)) return;
  tag = place.substr(at + 1);
  place.resize(at);
}

}  // namespace cooper
