#include "frontends/dockerfile/stages/global_scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace cooper {
namespace {

// Each in both spellings, side by side.
constexpr std::string_view kProxyVariables[] = {
    "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY",
    "ftp_proxy",  "NO_PROXY",   "no_proxy",    "ALL_PROXY",   "all_proxy"};

}  // namespace

Environment MakeGlobalScope(const StageList& stages, const FrontendOptions& options,
                            std::string_view target_stage, ExpansionBudget& budget,
                            DiagnosticEngine& diagnostics) {
  const Platform& build = options.build_platform;
  const Platform& target = options.target_platform;
  const std::pair<std::string_view, std::string> automatic[] = {
      {"BUILDPLATFORM", build.ToString()},
      {"BUILDOS", build.os},
      {"BUILDOSVERSION", ""},
      {"BUILDARCH", build.architecture},
      {"BUILDVARIANT", build.variant},
      {"TARGETPLATFORM", target.ToString()},
      {"TARGETOS", target.os},
      {"TARGETOSVERSION", ""},
      {"TARGETARCH", target.architecture},
      {"TARGETVARIANT", target.variant},
      {"TARGETSTAGE", std::string(target_stage)}};
  Environment scope;
  for (const auto& [name, value] : automatic) {
    const auto given = options.build_args.find(std::string(name));
    scope.Set(name, given == options.build_args.end() ? value : given->second);
  }
  for (const Instruction* instruction : stages.global_args) {
    for (const Word& word : instruction->arguments) {
      const size_t equals = word.text.find('=');
      const WordExpander expander(scope, {.escape = instruction->line->escape, .budget = &budget});
      const auto expand = [&](std::string_view text, size_t offset) {
        Expansion expansion = expander.ExpandWord(text);
        if (expansion.fault) {
          diagnostics.Report(
              expansion.fault->kind,
              instruction->line->RangeOf(word.begin + offset + expansion.fault->offset, word.end),
              fmt::format("cannot expand `{}`: {}", text, expansion.fault->message));
        }
        return std::move(expansion.text);
      };
      const std::string name = expand(std::string_view(word.text).substr(0, equals), 0);
      const auto given = options.build_args.find(name);
      if (given != options.build_args.end()) {
        scope.Set(name, given->second);
      } else if (equals != std::string::npos) {
        scope.Set(name, expand(std::string_view(word.text).substr(equals + 1), equals + 1));
      }
    }
  }
  return scope;
}

std::vector<std::string_view> ProxySpellings(std::string_view name) {
  for (size_t i = 0; i < std::size(kProxyVariables); ++i) {
    if (kProxyVariables[i] == name)
      return {kProxyVariables[i & ~size_t{1}], kProxyVariables[i | 1]};
  }
  return {};
}

}  // namespace cooper
