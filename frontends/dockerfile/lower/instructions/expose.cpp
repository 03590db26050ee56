// EXPOSE: `port[-port][/proto]`, also `[[ip:]host:]container`, of which only the
// container's part counts.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontends/dockerfile/lower/instructions/instructions.h"

namespace cooper {
namespace {

struct PortRange {
  int first = 0;
  int last = 0;

  size_t size() const { return static_cast<size_t>(last - first) + 1; }
};

struct Ports {
  PortRange range;
  std::string protocol;
};

std::optional<int> ParsePort(std::string_view text) {
  int port = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 0 || port > 65535) {
    return std::nullopt;
  }
  return port;
}

Result<PortRange> ParseRange(std::string_view text, std::string_view what) {
  const size_t dash = text.find('-');
  const std::optional<int> first = ParsePort(text.substr(0, dash));
  const std::optional<int> last =
      dash == std::string_view::npos ? first : ParsePort(text.substr(dash + 1));
  if (!first || !last) {
    const bool numbers = text.find_first_not_of("0123456789-") == std::string_view::npos;
    return Error(DiagnosticKind::kInvalidArgument,
                 fmt::format("invalid {} port `{}`; {}", what, text,
                             numbers ? "value out of range (0-65535)" : "it is not a number"));
  }
  if (*last < *first) {
    return Error(DiagnosticKind::kInvalidArgument,
                 fmt::format("invalid port range `{}`; the first port is the lower one", text));
  }
  return PortRange{*first, *last};
}

Result<Ports> ParsePorts(std::string_view spec) {
  const size_t slash = spec.find('/');
  std::string protocol = "tcp";
  if (slash != std::string_view::npos) {
    protocol = spec.substr(slash + 1);
    for (char& c : protocol) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") {
    return Error(
        DiagnosticKind::kInvalidArgument,
        fmt::format("invalid proto `{}` in `{}`; there are tcp, udp and sctp", protocol, spec));
  }
  const std::string_view ports = spec.substr(0, slash);
  const size_t colon = ports.rfind(':');
  const std::string_view container =
      colon == std::string_view::npos ? ports : ports.substr(colon + 1);
  if (container.empty()) {
    return Error(DiagnosticKind::kInvalidArgument,
                 fmt::format("invalid port `{}`; no port specified", spec));
  }
  COOPER_ASSIGN_OR_RETURN(const PortRange range, ParseRange(container, "container"));
  if (colon != std::string_view::npos) {
    std::string_view host = ports.substr(0, colon);
    // An address may come first: `127.0.0.1:80:80`, `[::1]:80:80`.
    host = host.substr(host.rfind(':') == std::string_view::npos ? 0 : host.rfind(':') + 1);
    if (!host.empty()) {
      COOPER_ASSIGN_OR_RETURN(const PortRange outside, ParseRange(host, "host"));
      if (outside.size() != range.size() && range.first != range.last) {
        return Error(
            DiagnosticKind::kInvalidArgument,
            fmt::format("invalid port range `{}`; both sides need equally many ports", spec));
      }
    }
  }
  return Ports{range, std::move(protocol)};
}

// "80/tcp" for each port. A line has room for thousands of ranges, so they are
// taken from what the file may expand to, before they are made.
Status AppendPorts(const Ports& ports, ExpansionBudget& budget, std::vector<std::string>& result) {
  const size_t size_bytes = ports.range.size() * sizeof(std::string);
  if (size_bytes > budget.bytes) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("the words and port ranges of this file take more than {} bytes",
                             ExpansionBudget::kMaxBytes));
  }
  budget.bytes -= size_bytes;
  for (int port = ports.range.first; port <= ports.range.last; ++port) {
    result.push_back(fmt::format("{}/{}", port, ports.protocol));
  }
  return Ok();
}

}  // namespace

void LowerExpose(const Instruction& instruction, StageLowering& stage) {
  // Sorted as written, before anything is expanded: the history shows it.
  std::vector<Word> words = instruction.arguments;
  std::sort(words.begin(), words.end(),
            [](const Word& a, const Word& b) { return a.text < b.text; });
  std::vector<std::string> ports;
  bool ok = true;
  for (const Word& word : words) {
    const std::optional<std::vector<std::string>> specs = stage.ExpandSplit(instruction, word);
    ok = ok && specs;
    if (!specs) continue;
    for (const std::string& spec : *specs) {
      const Result<Ports> found = ParsePorts(spec);
      Status added = found.ok() ? AppendPorts(*found, stage.file().expansion_budget(), ports)
                                : Status(found.error());
      if (added.ok()) continue;
      stage.file().diagnostics().Report(added.error().At(instruction.RangeOf(word)));
      ok = false;
    }
  }
  if (!ok) return;
  std::string created_by = "EXPOSE [";
  for (size_t i = 0; i < ports.size(); ++i) created_by += (i > 0 ? " " : "") + ports[i];
  stage.state().config.exposed_ports.insert(ports.begin(), ports.end());
  stage.AddHistory(instruction, created_by + "]");
}

}  // namespace cooper
