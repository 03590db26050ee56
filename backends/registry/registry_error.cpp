#include "backends/registry/registry_error.h"

#include <fmt/format.h>

#include "backends/http/url.h"
#include "ir/image/json_fields.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr size_t kMaxQuotedBytes = 256;

std::string Clip(llvm::StringRef text) {
  const bool long_text = text.size() > kMaxQuotedBytes;
  return EscapeForTerminal(std::string_view(text.data(), std::min(text.size(), kMaxQuotedBytes))) +
         (long_text ? "..." : "");
}

}  // namespace

std::string RegistrySays(const HttpResponse& response) {
  const auto object = ParseJsonObject(response.body, kMaxErrorBodyBytes, "error");
  if (!object.ok()) return {};
  const llvm::json::Array* errors = object->getArray("errors");
  if (errors == nullptr || errors->empty()) return {};
  const llvm::json::Object* first = errors->front().getAsObject();
  if (first == nullptr) return {};
  const llvm::StringRef code = first->getString("code").value_or("");
  const llvm::StringRef message = first->getString("message").value_or("");
  if (code.empty() && message.empty()) return {};
  if (message.empty()) return fmt::format("`{}`", Clip(code));
  return fmt::format("`{}`: {}", Clip(code), Clip(message));
}

Error AnswerError(const HttpResponse& response) {
  if (response.status == 0) {
    const auto origin = OriginOf(response.url, DiagnosticKind::kRegistry);
    return Error(DiagnosticKind::kRegistry,
                 fmt::format("cannot reach `{}`: {}",
                             origin.ok() ? origin->ToString() : "the registry", response.fault));
  }
  const std::string said = RegistrySays(response);
  return Error(DiagnosticKind::kRegistry,
               said.empty() ? fmt::format("HTTP {}", response.status)
                            : fmt::format("HTTP {}; the registry says {}", response.status, said));
}

}  // namespace cooper
