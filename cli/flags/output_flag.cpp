#include "cli/flags/output_flag.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "cli/flags/flag_values.h"
#include "ir/text/csv.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr std::array<std::string_view, 6> kTypes = {"oci",      "docker", "layout",
                                                    "registry", "image",  "cacheonly"};
constexpr std::array<std::string_view, 6> kKeys = {"type", "dest", "name",
                                                   "tar",  "push", "rewrite-timestamp"};

std::string Suggestion(std::string_view word, std::span<const std::string_view> candidates) {
  const auto nearest = NearestName(word, candidates);
  return nearest ? fmt::format("; did you mean `{}`?", *nearest)
                 : fmt::format("; there are `{}`", fmt::join(candidates, "`, `"));
}

Error UsageError(std::string message) { return Error(DiagnosticKind::kUsage, std::move(message)); }

struct Fields {
  std::string type;
  std::string destination;
  std::vector<std::string> names;
  std::optional<bool> tar;
  std::optional<bool> push;
  bool rewrite_timestamp = false;
};

Result<bool> ParseBool(const std::string& key, const std::string& value) {
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  return UsageError(fmt::format("`--output {}={}`: expected `true` or `false`", key, value));
}

Result<Fields> ReadFields(std::string_view text) {
  Fields fields;
  for (const std::string& field : SplitCsv(text)) {
    const size_t equals = field.find('=');
    if (equals == std::string::npos) {
      return UsageError(
          fmt::format("`--output {}`: `{}` is not of the form key=value", text, field));
    }
    const std::string key = field.substr(0, equals);
    const std::string value = field.substr(equals + 1);
    if (key == "type") {
      fields.type = value;
    } else if (key == "dest") {
      fields.destination = value;
    } else if (key == "name") {
      for (std::string& name : SplitCsv(value)) {
        if (!name.empty()) fields.names.push_back(std::move(name));
      }
    } else if (key == "tar") {
      COOPER_ASSIGN_OR_RETURN(fields.tar, ParseBool(key, value));
    } else if (key == "push") {
      COOPER_ASSIGN_OR_RETURN(fields.push, ParseBool(key, value));
    } else if (key == "rewrite-timestamp") {
      COOPER_ASSIGN_OR_RETURN(fields.rewrite_timestamp, ParseBool(key, value));
    } else {
      return UsageError(
          fmt::format("`--output` does not know the key `{}`{}", key, Suggestion(key, kKeys)));
    }
  }
  return fields;
}

Result<OutputType> TypeOf(const Fields& fields) {
  if (fields.type == "oci")
    return fields.tar.value_or(true) ? OutputType::kOciTar : OutputType::kLayout;
  if (fields.type == "layout") return OutputType::kLayout;
  if (fields.type == "docker") {
    if (fields.tar.value_or(true)) return OutputType::kDockerTar;
    return UsageError("`--output type=docker,tar=false` is not supported; use `type=layout`");
  }
  if (fields.type == "registry") return OutputType::kRegistry;
  if (fields.type == "image") {
    if (fields.push.value_or(false)) return OutputType::kRegistry;
    return UsageError(
        "`--output type=image` needs `push=true`: there is no daemon that keeps images");
  }
  if (fields.type == "cacheonly") return OutputType::kCacheOnly;
  if (fields.type == "local" || fields.type == "tar") {
    return UsageError(
        fmt::format("`--output type={}` is not supported yet; there are `oci`, `docker`, "
                    "`layout`, `registry` and `cacheonly`",
                    fields.type));
  }
  if (fields.type.empty()) return UsageError("`--output` needs a `type=`, such as `type=oci`");
  return UsageError(fmt::format("`--output` does not know the type `{}`{}", fields.type,
                                Suggestion(fields.type, kTypes)));
}

}  // namespace

Result<OutputSpec> ParseOutputSpec(std::string_view text) {
  OutputSpec spec;
  if (text.find('=') == std::string_view::npos) {
    if (text.empty()) return UsageError("`--output` is empty; give a path or `type=...`");
    spec.destination = text;
    return spec;
  }
  COOPER_ASSIGN_OR_RETURN(Fields fields, ReadFields(text));
  COOPER_ASSIGN_OR_RETURN(spec.type, TypeOf(fields));
  spec.destination = std::move(fields.destination);
  spec.names = std::move(fields.names);
  spec.rewrite_timestamp = fields.rewrite_timestamp;
  const bool file = spec.type == OutputType::kOciTar || spec.type == OutputType::kDockerTar ||
                    spec.type == OutputType::kLayout;
  if (file && spec.destination.empty()) {
    return UsageError(fmt::format("`--output {}` needs `dest=PATH`", text));
  }
  if (!file && !spec.destination.empty()) {
    return UsageError(fmt::format("`--output type={}` takes no `dest`", fields.type));
  }
  if (spec.type == OutputType::kLayout && spec.destination == "-") {
    return UsageError("a layout is a directory and cannot go to standard output");
  }
  return spec;
}

}  // namespace cooper
