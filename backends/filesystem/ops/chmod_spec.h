// The value of `--chmod`: octal digits, or the symbolic form of chmod(1) with a
// umask of 0.
//
// Immutable; may be used from several threads.

#ifndef COOPER_BACKENDS_FILESYSTEM_OPS_CHMOD_SPEC_H_
#define COOPER_BACKENDS_FILESYSTEM_OPS_CHMOD_SPEC_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ir/base/result.h"

namespace cooper {

class ChmodSpec {
 public:
  // kInvalidFlag for anything but octal digits up to 07777 or clauses such as
  // `u=rwX,go-w`.
  static Result<ChmodSpec> Parse(std::string_view text);

  // The mode that a file or directory of mode `mode` gets.
  uint32_t Apply(uint32_t mode, bool is_directory) const;

  // The mode as a number; nothing for the symbolic form.
  std::optional<uint32_t> octal() const { return octal_; }

 private:
  struct Action {
    uint32_t who = 0;       // the bits of the classes named, set-id and sticky included
    char operation = '=';   // `+`, `-` or `=`
    uint32_t bits = 0;      // of all classes
    bool if_any_x = false;  // `X`
    char copy_from = 0;     // `u`, `g`, `o`, or 0
  };
  static std::optional<ChmodSpec> ParseSymbolic(std::string_view text);

  std::optional<uint32_t> octal_;
  std::vector<Action> actions_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_OPS_CHMOD_SPEC_H_
