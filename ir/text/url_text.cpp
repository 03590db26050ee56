#include "ir/text/url_text.h"

#include <algorithm>
#include <cctype>

#include "ir/text/hex.h"

namespace cooper {
namespace {

constexpr std::string_view kSchemeEnd = "://";
// Quotes are none: a password that was not encoded may have them.
constexpr std::string_view kAuthorityEnd = "/?# \t\r\n";

// The place of the user information behind the `://` at `scheme_end`; empty without.
struct Span {
  size_t begin = 0;
  size_t end = 0;  // of the `@` behind it
};
Span UserinfoAt(std::string_view text, size_t scheme_end) {
  const size_t begin = scheme_end + kSchemeEnd.size();
  const size_t end = std::min(text.find_first_of(kAuthorityEnd, begin), text.size());
  const std::string_view authority = text.substr(begin, end - begin);
  const size_t at = authority.rfind('@');
  if (at != std::string_view::npos) return {begin, begin + at};
  // A password with a `/` that was not encoded: what looks like a port is none.
  const size_t colon = authority.rfind(':');
  const bool port = colon == std::string_view::npos || authority.find(']') < authority.size() ||
                    authority.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  if (port || end == text.size() || text[end] != '/') return {begin, begin};
  const size_t blank = std::min(text.find_first_of(" \t\r\n", begin), text.size());
  const size_t later = text.substr(end, blank - end).find('@');
  return later == std::string_view::npos ? Span{begin, begin} : Span{begin, end + later};
}

int AnyHexValue(char digit) {
  return HexValue(static_cast<char>(std::tolower(static_cast<unsigned char>(digit))));
}

}  // namespace

SplitUrl SplitUserinfo(std::string_view url) {
  const size_t scheme_end = url.find(kSchemeEnd);
  if (scheme_end == std::string_view::npos) return {std::string(url), ""};
  const Span span = UserinfoAt(url, scheme_end);
  const bool has_at = span.end < url.size() && url[span.end] == '@';
  return {
      std::string(url.substr(0, span.begin)) + std::string(url.substr(span.end + (has_at ? 1 : 0))),
      std::string(url.substr(span.begin, span.end - span.begin))};
}

std::string HideUserinfo(std::string_view text, size_t max_bytes) {
  std::string hidden(text.substr(0, max_bytes));
  const bool cut = hidden.size() < text.size();
  if (cut) hidden += '@';
  for (size_t at = hidden.find(kSchemeEnd); at != std::string::npos;
       at = hidden.find(kSchemeEnd, at + 1)) {
    const Span span = UserinfoAt(hidden, at);
    const size_t size = span.end - span.begin;
    hidden.replace(span.begin, size, size, 'x');
  }
  if (cut) hidden.pop_back();
  return hidden;
}

std::string ShownUrl(std::string_view url) {
  const std::string shown = SplitUserinfo(url).url;
  return shown.substr(0, shown.find_first_of("?#"));
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? AnyHexValue(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : AnyHexValue(text[i + 2]);
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return decoded;
}

std::string UrlFileName(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const size_t scheme_end = url.find(kSchemeEnd);
  if (scheme_end != std::string_view::npos) url.remove_prefix(scheme_end + kSchemeEnd.size());
  const size_t path_begin = url.find('/');
  std::string path =
      path_begin == std::string_view::npos ? "" : PercentDecoded(url.substr(path_begin));
  while (path.ends_with('/')) path.pop_back();
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.empty() || name == "." || name == ".." ? "__unnamed__" : name;
}

}  // namespace cooper
