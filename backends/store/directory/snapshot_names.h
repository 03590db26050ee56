// The names of directories in `snapshots`: the one place that knows them.
//
//   <hex>  <hex>.user  <hex>.single

#ifndef COOPER_BACKENDS_STORE_DIRECTORY_SNAPSHOT_NAMES_H_
#define COOPER_BACKENDS_STORE_DIRECTORY_SNAPSHOT_NAMES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ir/base/digest.h"

namespace cooper {

// A snapshot has overlayfs's marks in one of two namespaces of attributes, and in a
// user namespace lacks what may not be made there. A mount that expects the other
// form would show removed files again.
enum class SnapshotForm : uint8_t {
  kTrusted,  // trusted.overlay.*: for root
  kUser,     // user.overlay.*: for a user namespace
  kSingle,   // the same, and all files have the one owner that there is; only indexes tell
};

inline constexpr std::array kSnapshotForms = {SnapshotForm::kTrusted, SnapshotForm::kUser,
                                              SnapshotForm::kSingle};

struct SnapshotName {
  Digest layer_id;
  SnapshotForm form = SnapshotForm::kTrusted;

  std::string Text() const;
  // Nothing where no store gives this name.
  static std::optional<SnapshotName> Parse(std::string_view text);
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_DIRECTORY_SNAPSHOT_NAMES_H_
