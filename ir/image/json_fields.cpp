#include "ir/image/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace cooper {
namespace {

constexpr size_t kMaxDepth = 64;

llvm::StringRef Ref(std::string_view text) { return {text.data(), text.size()}; }

// The characters of the string literal `raw`, without its quotes.
std::string Decoded(std::string_view raw) {
  if (raw.find('\\') == std::string_view::npos) return std::string(raw);
  const std::string literal = "\"" + std::string(raw) + "\"";
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(literal);
  if (!value) {
    llvm::consumeError(value.takeError());
    return std::string(raw);  // the parser proper will refuse the document
  }
  return value->getAsString().value_or("").str();
}

// What llvm::json does not check: depth, before its recursion could exhaust the
// stack, and repeated keys, of which it keeps one. Tolerates malformed text.
Status CheckNestingAndKeys(std::string_view text, std::string_view what) {
  struct Level {
    bool object = false;
    bool expects_key = false;
    std::unordered_set<std::string> keys;
  };
  std::vector<Level> levels;
  for (size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '{':
      case '[':
        if (levels.size() == kMaxDepth) {
          return Error(DiagnosticKind::kLimitExceeded,
                       fmt::format("{}: nested deeper than {} levels", what, kMaxDepth));
        }
        levels.push_back({text[i] == '{', text[i] == '{', {}});
        break;
      case '}':
      case ']':
        if (!levels.empty()) levels.pop_back();
        break;
      case ',':
        if (!levels.empty()) levels.back().expects_key = levels.back().object;
        break;
      case '"': {
        const size_t begin = ++i;
        while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
        if (levels.empty() || !levels.back().expects_key) break;
        levels.back().expects_key = false;
        std::string key = Decoded(text.substr(begin, std::min(i, text.size()) - begin));
        if (!levels.back().keys.insert(key).second) {
          return Error(DiagnosticKind::kImageInvalid,
                       fmt::format("{}: key `{}` appears twice in one object", what, key));
        }
        break;
      }
      default:
        break;
    }
  }
  return Ok();
}

Result<llvm::json::Value> ParseJson(std::string_view text, size_t max_bytes,
                                    std::string_view what) {
  if (text.size() > max_bytes) {
    return Error(DiagnosticKind::kLimitExceeded,
                 fmt::format("{} of {} bytes; the limit is {}", what, text.size(), max_bytes));
  }
  COOPER_RETURN_IF_ERROR(CheckNestingAndKeys(text, what));
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(Ref(text));
  if (!value) {
    return Error(DiagnosticKind::kImageInvalid,
                 fmt::format("{}: not JSON: {}", what, llvm::toString(value.takeError())));
  }
  return std::move(*value);
}

}  // namespace

Result<llvm::json::Object> ParseJsonObject(std::string_view text, size_t max_bytes,
                                           std::string_view what) {
  COOPER_ASSIGN_OR_RETURN(llvm::json::Value value, ParseJson(text, max_bytes, what));
  llvm::json::Object* object = value.getAsObject();
  if (object == nullptr) {
    return Error(DiagnosticKind::kImageInvalid, fmt::format("{}: not a JSON object", what));
  }
  return std::move(*object);
}

Result<llvm::json::Array> ParseJsonArray(std::string_view text, size_t max_bytes,
                                         std::string_view what) {
  COOPER_ASSIGN_OR_RETURN(llvm::json::Value value, ParseJson(text, max_bytes, what));
  llvm::json::Array* array = value.getAsArray();
  if (array == nullptr) {
    return Error(DiagnosticKind::kImageInvalid, fmt::format("{}: not a JSON array", what));
  }
  return std::move(*array);
}

std::string JsonFields::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

Error JsonFields::Invalid(std::string_view key, std::string_view expected) const {
  return Error(DiagnosticKind::kImageInvalid, fmt::format("`{}` is not {}", PathOf(key), expected));
}

const llvm::json::Value* JsonFields::Find(std::string_view key) const {
  const llvm::json::Value* value = object_.get(Ref(key));
  return value == nullptr || value->kind() == llvm::json::Value::Null ? nullptr : value;
}

bool JsonFields::Has(std::string_view key) const { return object_.get(Ref(key)) != nullptr; }

Result<const llvm::json::Object*> JsonFields::Object(std::string_view key) const {
  const llvm::json::Value* value = Find(key);
  if (value == nullptr) return static_cast<const llvm::json::Object*>(nullptr);
  const llvm::json::Object* object = value->getAsObject();
  if (object == nullptr) return Invalid(key, "an object");
  return object;
}

Result<const llvm::json::Array*> JsonFields::Array(std::string_view key) const {
  const llvm::json::Value* value = Find(key);
  if (value == nullptr) return static_cast<const llvm::json::Array*>(nullptr);
  const llvm::json::Array* array = value->getAsArray();
  if (array == nullptr) return Invalid(key, "a list");
  return array;
}

Status JsonFields::Read(std::string_view key, std::string& value) const {
  const llvm::json::Value* found = Find(key);
  if (found == nullptr) return Ok();
  const auto text = found->getAsString();
  if (!text) return Invalid(key, "a string");
  value = text->str();
  return Ok();
}

Status JsonFields::Read(std::string_view key, bool& value) const {
  const llvm::json::Value* found = Find(key);
  if (found == nullptr) return Ok();
  const auto boolean = found->getAsBoolean();
  if (!boolean) return Invalid(key, "true or false");
  value = *boolean;
  return Ok();
}

Status JsonFields::Read(std::string_view key, int64_t& value) const {
  const llvm::json::Value* found = Find(key);
  if (found == nullptr) return Ok();
  const auto integer = found->getAsInteger();
  if (!integer) return Invalid(key, "a whole number");
  value = *integer;
  return Ok();
}

Status JsonFields::Read(std::string_view key, std::vector<std::string>& value) const {
  std::optional<std::vector<std::string>> list;
  COOPER_RETURN_IF_ERROR(Read(key, list));
  if (list) value = std::move(*list);
  return Ok();
}

Status JsonFields::Read(std::string_view key,
                        std::optional<std::vector<std::string>>& value) const {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Array* array, Array(key));
  if (array == nullptr) return Ok();
  std::vector<std::string> list;
  list.reserve(array->size());
  for (const llvm::json::Value& element : *array) {
    const auto text = element.getAsString();
    if (!text) return Invalid(key, "a list of strings");
    list.push_back(text->str());
  }
  value = std::move(list);
  return Ok();
}

Status JsonFields::Read(std::string_view key, std::map<std::string, std::string>& value) const {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Object* object, Object(key));
  if (object == nullptr) return Ok();
  for (const auto& [name, element] : *object) {
    const auto text = element.getAsString();
    if (!text) return Invalid(key, "an object of strings");
    value[llvm::StringRef(name).str()] = text->str();
  }
  return Ok();
}

Status JsonFields::Read(std::string_view key, std::vector<Digest>& value) const {
  std::vector<std::string> texts;
  COOPER_RETURN_IF_ERROR(Read(key, texts));
  for (const std::string& text : texts) {
    const std::optional<Digest> digest = Digest::Parse(text);
    if (!digest) return Invalid(key, "a list of sha256 digests");
    value.push_back(*digest);
  }
  return Ok();
}

Status JsonFields::Read(std::string_view key, std::set<std::string>& value) const {
  COOPER_ASSIGN_OR_RETURN(const llvm::json::Object* object, Object(key));
  if (object == nullptr) return Ok();
  for (const auto& member : *object) value.insert(llvm::StringRef(member.first).str());
  return Ok();
}

Status JsonFields::RefuseCaseVariants(std::span<const std::string_view> known) const {
  for (const auto& member : object_) {
    const llvm::StringRef key = member.first;
    for (const std::string_view name : known) {
      if (key != Ref(name) && key.equals_insensitive(Ref(name))) {
        return Error(
            DiagnosticKind::kImageInvalid,
            fmt::format("key `{}` differs from `{}` in case alone", PathOf(key.str()), name));
      }
    }
  }
  return Ok();
}

std::string JsonText(std::string_view text) {
  return llvm::json::isUTF8(Ref(text)) ? std::string(text) : llvm::json::fixUTF8(Ref(text));
}

void WriteAttribute(llvm::json::OStream& json, std::string_view key, std::string_view value) {
  json.attribute(JsonText(key), JsonText(value));
}

void WriteAttribute(llvm::json::OStream& json, std::string_view key,
                    const std::vector<std::string>& values) {
  json.attributeArray(Ref(key), [&] {
    for (const std::string& value : values) json.value(JsonText(value));
  });
}

void WriteAttribute(llvm::json::OStream& json, std::string_view key,
                    const std::map<std::string, std::string>& values) {
  json.attributeObject(Ref(key), [&] {
    for (const auto& [name, value] : values) WriteAttribute(json, name, value);
  });
}

void WriteAttribute(llvm::json::OStream& json, std::string_view key,
                    const std::set<std::string>& keys) {
  json.attributeObject(Ref(key), [&] {
    for (const std::string& name : keys) json.attributeObject(JsonText(name), [] {});
  });
}

}  // namespace cooper
