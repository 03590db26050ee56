#include "ir/image/reference.h"

#include <fmt/format.h>

#include <algorithm>

namespace cooper {
namespace {

constexpr std::string_view kDefaultDomain = "docker.io";
constexpr std::string_view kLegacyDomain = "index.docker.io";
constexpr std::string_view kOfficialPrefix = "library/";
constexpr size_t kMaxNameBytes = 255;
constexpr size_t kMaxTagBytes = 128;
// A name, a tag and a digest of the longest algorithm.
constexpr size_t kMaxReferenceBytes = 1024;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsAlnum(char c) { return IsDigit(c) || IsLower(c) || IsUpper(c); }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool All(std::string_view text, bool (*holds)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), holds);
}

// Letters, digits and inner hyphens, in parts joined by dots.
bool IsDomainName(std::string_view host) {
  for (;;) {
    const size_t dot = host.find('.');
    const std::string_view part = host.substr(0, dot);
    if (!All(part, [](char c) { return IsAlnum(c) || c == '-'; })) return false;
    if (part.front() == '-' || part.back() == '-') return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

bool IsDomain(std::string_view domain) {
  std::string_view port;
  bool has_port = false;
  std::string_view host = domain;
  if (domain.starts_with('[')) {
    const size_t close = domain.find(']');
    if (close == std::string_view::npos) return false;
    host = domain.substr(1, close - 1);
    if (!All(host, [](char c) { return IsHex(c) || c == ':'; })) return false;
    const std::string_view rest = domain.substr(close + 1);
    if (rest.empty()) return true;
    if (rest[0] != ':') return false;
    return All(rest.substr(1), IsDigit);
  }
  if (const size_t colon = domain.find(':'); colon != std::string_view::npos) {
    host = domain.substr(0, colon);
    port = domain.substr(colon + 1);
    has_port = true;
  }
  return IsDomainName(host) && (!has_port || All(port, IsDigit));
}

// Lower-case letters and digits, separated by one dot, one or two underscores,
// or any number of hyphens.
bool IsPathComponent(std::string_view part) {
  const auto word = [](char c) { return IsDigit(c) || IsLower(c); };
  if (part.empty() || !word(part.front()) || !word(part.back())) return false;
  for (size_t i = 0; i < part.size();) {
    if (word(part[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (!word(part[i])) ++i;  // ends: the last character is a word's
    const std::string_view separator = part.substr(begin, i - begin);
    const bool hyphens = separator.find_first_not_of('-') == std::string_view::npos;
    if (!hyphens && separator != "." && separator != "_" && separator != "__") return false;
  }
  return true;
}

bool IsTag(std::string_view tag) {
  return tag.size() <= kMaxTagBytes &&
         All(tag, [](char c) { return IsAlnum(c) || c == '_' || c == '.' || c == '-'; }) &&
         tag.front() != '.' && tag.front() != '-';
}

// Whether the part before the first slash is a registry and not the first part
// of a path on Docker Hub.
bool LooksLikeDomain(std::string_view first) {
  return first.find_first_of(".:[") != std::string_view::npos || first == "localhost" ||
         std::any_of(first.begin(), first.end(), IsUpper);
}

}  // namespace

Result<Reference> Reference::Parse(std::string_view text) {
  const auto invalid = [&](std::string_view reason) {
    return Error(DiagnosticKind::kInvalidArgument,
                 fmt::format("invalid image reference `{}`: {}", text, reason));
  };
  if (text.empty()) return invalid("it is empty");
  if (text.size() > kMaxReferenceBytes) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("image reference of {} bytes; the limit is {}", text.size(),
                             kMaxReferenceBytes));
  }

  Reference reference;
  std::string_view rest = text;
  if (const size_t at = rest.find('@'); at != std::string_view::npos) {
    reference.digest = Digest::Parse(rest.substr(at + 1));
    if (!reference.digest) {
      return invalid("the digest is not `sha256:` and 64 lower-case hexadecimal digits");
    }
    rest = rest.substr(0, at);
  }

  std::string_view domain = kDefaultDomain;
  if (const size_t slash = rest.find('/');
      slash != std::string_view::npos && LooksLikeDomain(rest.substr(0, slash))) {
    domain = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
    if (!IsDomain(domain)) return invalid("the registry is not a host with an optional port");
    if (domain == kLegacyDomain) domain = kDefaultDomain;
  }
  reference.domain = domain;

  if (const size_t colon = rest.find(':'); colon != std::string_view::npos) {
    const std::string_view tag = rest.substr(colon + 1);
    if (!IsTag(tag)) {
      return invalid(
          "the tag is not 1 to 128 letters, digits, `_`, `.` and `-` that start with a letter, a "
          "digit or `_`");
    }
    reference.tag = tag;
    rest = rest.substr(0, colon);
  } else if (!reference.digest) {
    reference.tag = "latest";
  }

  if (std::any_of(rest.begin(), rest.end(), IsUpper)) {
    return invalid("the repository has upper case; write it in lower case");
  }
  if (domain == kDefaultDomain && rest.find('/') == std::string_view::npos) {
    if (rest.size() == 2 * Digest::kBytes && All(rest, IsHex)) {
      return invalid("64 hexadecimal digits are an image id, not a repository");
    }
    reference.path = kOfficialPrefix;
  }
  reference.path += rest;

  for (std::string_view path = rest;;) {
    const size_t slash = path.find('/');
    if (!IsPathComponent(path.substr(0, slash))) {
      return invalid(
          path.empty() || slash == 0
              ? "a part of the repository is empty"
              : "a part of the repository is not lower-case letters and digits, separated by "
                "`.`, `_`, `__` or `-`");
    }
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  if (const size_t size = reference.Repository().size(); size > kMaxNameBytes) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("image name of {} bytes; the limit is {}", size, kMaxNameBytes));
  }
  return reference;
}

std::string Reference::ToString() const {
  std::string text = Repository();
  if (!tag.empty()) text += ":" + tag;
  if (digest) text += "@" + digest->ToString();
  return text;
}

std::string Reference::Repository() const { return domain + "/" + path; }

std::string Reference::FamiliarString() const {
  std::string full = ToString();
  if (domain != kDefaultDomain) return full;
  std::string_view brief = std::string_view(full).substr(kDefaultDomain.size() + 1);
  if (brief.starts_with(kOfficialPrefix)) {
    const std::string_view name = brief.substr(kOfficialPrefix.size());
    if (std::string_view(path).substr(kOfficialPrefix.size()).find('/') == std::string_view::npos) {
      brief = name;
    }
  }
  // "docker.io/a.b/c" has no short form: "a.b/c" would be a registry's.
  const Result<Reference> parsed = Parse(brief);
  return parsed.ok() && *parsed == *this ? std::string(brief) : full;
}

}  // namespace cooper
