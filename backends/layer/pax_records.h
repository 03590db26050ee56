// The records of a pax extended header (POSIX.1-2017, pax), read strictly.

#ifndef COOPER_BACKENDS_LAYER_PAX_RECORDS_H_
#define COOPER_BACKENDS_LAYER_PAX_RECORDS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/result.h"

namespace cooper {

// How GNU tar describes a sparse file in pax records.
struct PaxSparse {
  std::optional<uint64_t> major;  // 1 when the map is in front of the data
  std::optional<std::string> name;
  std::optional<uint64_t> real_size;
  std::vector<uint64_t> map;  // offset, length, offset, length ...
  bool has_map = false;       // versions 0.0 and 0.1

  bool present() const { return has_map || major.has_value(); }
};

// What overrides the fields of the header that follows. Of several records with
// one key the last counts; an empty value takes the override back.
struct PaxRecords {
  std::optional<std::string> path;
  std::optional<std::string> link;
  std::optional<uint64_t> size_bytes;
  std::optional<uint64_t> uid;
  std::optional<uint64_t> gid;
  std::optional<FileTime> mtime;
  std::map<std::string, std::string> xattrs;  // SCHILY.xattr.
  PaxSparse sparse;

  bool Overrides() const {
    return path || link || size_bytes || uid || gid || mtime || !xattrs.empty() ||
           sparse.present() || sparse.name || sparse.real_size;
  }
};

// Keys that cooper does not know are left out; a record that breaks the form, or
// a known key whose value makes no sense, is kLayerInvalid. Of times, what is finer
// than a nanosecond is cut off. Allocates in proportion to `text`.
Result<PaxRecords> ParsePaxRecords(std::string_view text);

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_PAX_RECORDS_H_
