// URLs as text: what may be shown of them, and what they call their file.
//
// Nothing here is validated; who connects does that. Pure functions.

#ifndef COOPER_IR_TEXT_URL_TEXT_H_
#define COOPER_IR_TEXT_URL_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace cooper {

// A URL and the "user:password" that it had in front of its host (RFC 3986, "User
// Information"), still percent-encoded and never to be shown.
struct SplitUrl {
  std::string url;
  std::string userinfo;  // empty when there was none
};
SplitUrl SplitUserinfo(std::string_view url);

// The first `max_bytes` of `text` with an `x` in place of each byte of user information
// in the URLs in it: for text of the user that is quoted, whose columns must stay. Where
// the cut leaves open whether an `@` follows, one is taken to follow.
std::string HideUserinfo(std::string_view text, size_t max_bytes = std::string_view::npos);

// What messages show: no user information, and neither query nor fragment, where
// signatures and tokens are.
std::string ShownUrl(std::string_view url);

// `text` with each `%XX` as the byte that it stands for; others stay.
std::string PercentDecoded(std::string_view text);

// The last part of the URL's path, decoded: `__unnamed__` where there is none, or one
// that names no file. May have any byte but `/`, also NUL.
std::string UrlFileName(std::string_view url);

}  // namespace cooper

#endif  // COOPER_IR_TEXT_URL_TEXT_H_
