#include "frontends/dockerfile/lower/instructions/run_device.h"

#include <fmt/format.h>

#include <utility>

#include "ir/text/csv.h"

namespace cooper {

Result<std::string> ParseDevice(std::string_view text) {
  const auto fail = [](std::string message) {
    return Error(DiagnosticKind::kInvalidFlag, std::move(message));
  };
  std::string name;
  bool required = false;
  for (const std::string& field : SplitCsv(text)) {
    if (field == "required" || field == "required=true") {
      required = true;
    } else if (field == "required=false") {
      required = false;
    } else if (field.starts_with("required=")) {
      return fail(fmt::format("invalid value in `{}`; write `true` or `false`", field));
    } else if (!name.empty()) {
      return fail(
          fmt::format("device name already set to `{}`; give each device a flag of its own", name));
    } else {
      // The name of a device holds a `=` itself.
      name = field.starts_with("name=") ? field.substr(5) : field;
    }
  }
  if (name.empty()) return fail("a device needs a name; write `--device=vendor.com/class=name`");
  return required ? name + ",required" : name;
}

}  // namespace cooper
