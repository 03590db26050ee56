#include "backends/sandbox/ladder/rung.h"

#include <fmt/format.h>

#include <array>

namespace cooper {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"ns", "userns", "userns1", "chroot", "inplace"};

}  // namespace

std::string_view NameOf(Rung rung) { return kNames[static_cast<size_t>(rung)]; }

Result<RungChoice> ParseRung(std::string_view text) {
  if (text == "auto") return RungChoice();
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (text != kNames[i]) continue;
    const Rung rung = static_cast<Rung>(i);
    if (rung > Rung::kUserns1) {
      return Error(
          DiagnosticKind::kUnsupported,
          fmt::format("isolation `{}` is not supported yet; use auto, ns, userns or userns1",
                      text));
    }
    return RungChoice(rung);
  }
  return Error(DiagnosticKind::kUsage,
               fmt::format("unknown isolation `{}`; use auto, ns, userns or userns1", text));
}

}  // namespace cooper
