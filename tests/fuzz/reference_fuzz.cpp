// The short texts of ir: image references, digests and platforms. The input is
// taken for each of them.

#include "ir/base/digest.h"
#include "ir/image/platform.h"
#include "ir/image/reference.h"
#include "ir/text/text.h"
#include "tests/fuzz/fuzz_target.h"

namespace cooper {
namespace {

constexpr size_t kMaxNameBytes = 255;

void RequireSame(const Reference& reference, const std::string& text) {
  const Result<Reference> again = Reference::Parse(text);
  Require(again.ok() && *again == reference, "a reference parses from its own text", text);
}

void CheckReference(std::string_view text) {
  const Result<Reference> reference = Reference::Parse(text);
  if (!reference.ok()) {
    Require(!reference.error().message().empty(), "a refused reference has a reason", text);
    return;
  }
  Require(!reference->domain.empty() && !reference->path.empty(), "a reference has both parts",
          text);
  Require(!reference->tag.empty() || reference->digest, "a reference has a tag or a digest", text);
  Require(reference->Repository().size() <= kMaxNameBytes, "names have a limit", text);
  RequireSame(*reference, reference->ToString());
  RequireSame(*reference, reference->FamiliarString());
}

void CheckDigest(std::string_view text) {
  const std::optional<Digest> digest = Digest::Parse(text);
  if (digest) Require(digest->ToString() == text, "a digest has one spelling", text);
}

void CheckPlatform(std::string_view text) {
  const Result<Platform> platform = Platform::Parse(text);
  if (!platform.ok()) return;
  Require(platform->Satisfies(*platform), "a platform satisfies itself", text);
  const Result<Platform> again = Platform::Parse(platform->ToString());
  Require(again.ok() && *again == *platform, "a platform parses from its own text", text);
}

void CheckQuoting(std::string_view text) {
  const std::string quoted = Quoted(text);
  Require(Unquoted(quoted) == std::string(text), "quoted text reads back", quoted);
}

}  // namespace
}  // namespace cooper

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = cooper::InputText(data, size);
  cooper::CheckReference(text);
  cooper::CheckDigest(text);
  cooper::CheckPlatform(text);
  cooper::CheckQuoting(text);
  return 0;
}
