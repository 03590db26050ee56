// Strict reading and stable writing of OCI's JSON documents, on llvm::json.
//
// Go's decoders match keys in any case and take the last of repeated ones;
// llvm::json keeps the first. Documents on which readers could differ are refused.

#ifndef COOPER_IR_IMAGE_JSON_FIELDS_H_
#define COOPER_IR_IMAGE_JSON_FIELDS_H_

#include <llvm/Support/JSON.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/digest.h"
#include "ir/base/result.h"

namespace cooper {

// Parses a document that must be an object of at most `max_bytes`, nested at
// most 64 deep, without repeated keys. `what` names it in errors ("manifest").
Result<llvm::json::Object> ParseJsonObject(std::string_view text, size_t max_bytes,
                                           std::string_view what);
// The same for an array.
Result<llvm::json::Array> ParseJsonArray(std::string_view text, size_t max_bytes,
                                         std::string_view what);

// Reads members of one object into values; a member that is absent or null
// leaves the value alone. Errors are kImageInvalid and name the member's path.
// Borrows the object.
class JsonFields {
 public:
  JsonFields(const llvm::json::Object& object, std::string path)
      : object_(object), path_(std::move(path)) {}

  Status Read(std::string_view key, std::string& value) const;
  Status Read(std::string_view key, bool& value) const;
  Status Read(std::string_view key, int64_t& value) const;
  Status Read(std::string_view key, std::vector<std::string>& value) const;
  Status Read(std::string_view key, std::optional<std::vector<std::string>>& value) const;
  Status Read(std::string_view key, std::map<std::string, std::string>& value) const;
  Status Read(std::string_view key, std::vector<Digest>& value) const;
  // The keys of an object whose values mean nothing: {"80/tcp": {}}.
  Status Read(std::string_view key, std::set<std::string>& value) const;

  bool Has(std::string_view key) const;
  // Null when absent; borrowed from the object.
  Result<const llvm::json::Object*> Object(std::string_view key) const;
  Result<const llvm::json::Array*> Array(std::string_view key) const;

  // Refuses keys that differ from one of `known` in case alone.
  Status RefuseCaseVariants(std::span<const std::string_view> known) const;

  std::string PathOf(std::string_view key) const;
  Error Invalid(std::string_view key, std::string_view expected) const;

 private:
  const llvm::json::Value* Find(std::string_view key) const;

  const llvm::json::Object& object_;
  std::string path_;
};

// Text for JSON: bytes that are not UTF-8 become U+FFFD, as Go writes them.
std::string JsonText(std::string_view text);
void WriteAttribute(llvm::json::OStream& json, std::string_view key, std::string_view value);
void WriteAttribute(llvm::json::OStream& json, std::string_view key,
                    const std::vector<std::string>& values);
void WriteAttribute(llvm::json::OStream& json, std::string_view key,
                    const std::map<std::string, std::string>& values);
void WriteAttribute(llvm::json::OStream& json, std::string_view key,
                    const std::set<std::string>& keys);

}  // namespace cooper

#endif  // COOPER_IR_IMAGE_JSON_FIELDS_H_
