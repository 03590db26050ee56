#include "ir/image/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace cooper {
namespace {

constexpr std::array<std::string_view, 12> kKnownOs = {"linux",   "windows", "darwin",  "freebsd",
                                                       "netbsd",  "openbsd", "solaris", "dragonfly",
                                                       "illumos", "android", "aix",     "plan9"};
constexpr std::array<std::string_view, 15> kKnownArchitectures = {
    "386",      "amd64", "arm",     "arm64",   "loong64", "mips", "mipsle", "mips64",
    "mips64le", "ppc64", "ppc64le", "riscv64", "s390x",   "wasm", "sparc64"};

constexpr size_t kMaxPartBytes = 64;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsPart(std::string_view part) {
  return !part.empty() && part.size() <= kMaxPartBytes &&
         std::all_of(part.begin(), part.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '.' || c == '-';
         });
}

bool Contains(const auto& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string NormalizedOs(std::string_view os) {
  const std::string lower = Lower(os);
  return lower == "macos" ? "darwin" : lower;
}

// One spelling for each architecture and variant, containerd's: the baseline
// variant of amd64 and arm64 is empty, that of 32-bit arm is written.
void NormalizeArchitecture(std::string& architecture, std::string& variant) {
  architecture = Lower(architecture);
  variant = Lower(variant);
  if (architecture == "i386") {
    architecture = "386";
    variant.clear();
  } else if (architecture == "x86_64" || architecture == "x86-64" || architecture == "amd64") {
    architecture = "amd64";
    if (variant == "v1") variant.clear();
  } else if (architecture == "aarch64" || architecture == "arm64") {
    architecture = "arm64";
    if (variant == "8" || variant == "v8" || variant == "v8.0") variant.clear();
    if (variant == "9" || variant == "9.0" || variant == "v9.0") variant = "v9";
  } else if (architecture == "armhf") {
    architecture = "arm";
    variant = "v7";
  } else if (architecture == "armel") {
    architecture = "arm";
    variant = "v6";
  } else if (architecture == "arm") {
    if (variant.empty()) {
      variant = "v7";
    } else if (variant.size() == 1 && variant[0] >= '5' && variant[0] <= '8') {
      variant.insert(0, "v");
    }
  }
}

// 7 for "v7"; 0 when it is no such number. An empty variant is the baseline.
int VariantLevel(std::string_view architecture, std::string_view variant) {
  if (variant.empty()) return architecture == "arm64" ? 8 : 1;
  if (variant.size() != 2 || variant[0] != 'v' || variant[1] < '1' || variant[1] > '9') return 0;
  return variant[1] - '0';
}

Platform Normalized(const Platform& platform) {
  Platform normal = platform;
  normal.os = NormalizedOs(platform.os);
  NormalizeArchitecture(normal.architecture, normal.variant);
  return normal;
}

}  // namespace

Platform Platform::Host() {
#if defined(__x86_64__)
  return {"linux", "amd64", ""};
#elif defined(__aarch64__)
  return {"linux", "arm64", ""};
#elif defined(__arm__)
  return {"linux", "arm", fmt::format("v{}", __ARM_ARCH)};
#elif defined(__i386__)
  return {"linux", "386", ""};
#elif defined(__riscv) && __riscv_xlen == 64
  return {"linux", "riscv64", ""};
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
  return {"linux", "ppc64le", ""};
#elif defined(__s390x__)
  return {"linux", "s390x", ""};
#elif defined(__loongarch64)
  return {"linux", "loong64", ""};
#else
#error "name the GOARCH of this machine"
#endif
}

Result<Platform> Platform::Parse(std::string_view text) {
  const auto invalid = [&](std::string_view reason) {
    return Error(DiagnosticKind::kInvalidArgument,
                 fmt::format("invalid platform `{}`: {}; write os/architecture, such as "
                             "`linux/amd64`",
                             text.substr(0, 4 * kMaxPartBytes), reason));
  };
  std::vector<std::string> parts;
  for (std::string_view rest = text;;) {
    const size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty()) return invalid("a part is empty");
    if (part.find_first_not_of('.') == std::string_view::npos) {
      return invalid("a part has dots alone");
    }
    if (!IsPart(part)) {
      return invalid("a part has other characters than letters, digits, `.`, `_` and `-`");
    }
    if (parts.size() == 3) return invalid("it has more than three parts");
    parts.emplace_back(part);
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }

  if (parts.size() == 1) {
    Platform platform = Host();
    const std::string os = NormalizedOs(parts[0]);
    if (Contains(kKnownOs, os)) {
      platform.os = os;
      return platform;
    }
    std::string architecture = parts[0];
    std::string variant;
    NormalizeArchitecture(architecture, variant);
    if (!Contains(kKnownArchitectures, architecture)) {
      return invalid("it is neither a known system nor a known architecture");
    }
    platform.architecture = std::move(architecture);
    platform.variant = std::move(variant);
    return platform;
  }
  return Normalized({parts[0], parts[1], parts.size() == 3 ? parts[2] : ""});
}

std::string Platform::ToString() const {
  std::string text = os + "/" + architecture;
  if (!variant.empty()) text += "/" + variant;
  return text;
}

bool Platform::Satisfies(const Platform& wanted) const {
  const Platform have = Normalized(*this);
  const Platform want = Normalized(wanted);
  if (have.os != want.os || have.architecture != want.architecture) return false;
  if (have.variant == want.variant) return true;
  // A later variant of these runs what was made for an earlier one.
  if (have.architecture != "arm" && have.architecture != "arm64" && have.architecture != "amd64") {
    return false;
  }
  const int have_level = VariantLevel(have.architecture, have.variant);
  const int want_level = VariantLevel(want.architecture, want.variant);
  return have_level != 0 && want_level != 0 && have_level <= want_level;
}

}  // namespace cooper
