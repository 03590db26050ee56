// The string that a JSON literal stands for.

#ifndef COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_JSON_STRING_H_
#define COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_JSON_STRING_H_

#include <string>
#include <string_view>

namespace cooper {

// `literal` with its quotes, already known to be well-formed. Surrogates without
// their half and bytes that are not UTF-8 become U+FFFD.
std::string DecodeJsonString(std::string_view literal);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_JSON_STRING_H_
