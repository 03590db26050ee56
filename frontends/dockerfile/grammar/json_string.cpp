#include "frontends/dockerfile/grammar/json_string.h"

#include <llvm/Support/Error.h>
#include <llvm/Support/JSON.h>

#include <optional>

namespace cooper {

std::string DecodeJsonString(std::string_view literal) {
  llvm::Expected<llvm::json::Value> value =
      llvm::json::parse(llvm::json::fixUTF8(llvm::StringRef(literal.data(), literal.size())));
  if (!value) {
    llvm::consumeError(value.takeError());
    return std::string(literal);
  }
  const std::optional<llvm::StringRef> text = value->getAsString();
  return text ? text->str() : std::string(literal);
}

}  // namespace cooper
