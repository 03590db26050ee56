// JSON from outside, safe to show.

#ifndef COOPER_CLI_IMAGE_ASCII_JSON_H_
#define COOPER_CLI_IMAGE_ASCII_JSON_H_

#include <string>
#include <string_view>

namespace cooper {

// The valid JSON `text` with the same meaning in printable ASCII and white space: what else is
// in its strings, such as bidirectional overrides, becomes \uNNNN.
std::string AsciiJson(std::string_view text);

}  // namespace cooper

#endif  // COOPER_CLI_IMAGE_ASCII_JSON_H_
