#include "frontends/dockerfile/operands/mount_fields.h"

#include <llvm/ADT/StringRef.h>

#include <utility>

#include "ir/text/csv.h"

namespace cooper {

MountField ReadMountField(std::string_view field) {
  const size_t equals = field.find('=');
  const std::string_view key = field.substr(0, equals);
  MountField result{llvm::StringRef(key.data(), key.size()).lower(), std::nullopt};
  if (equals != std::string_view::npos) result.value = field.substr(equals + 1);
  return result;
}

std::optional<std::string> MountFrom(const Flag& flag) {
  if (!flag.value) return std::nullopt;
  for (const std::string& field : SplitCsv(*flag.value)) {
    MountField read = ReadMountField(field);
    if (read.key == "from" && read.value) return std::move(read.value);
  }
  return std::nullopt;
}

}  // namespace cooper
