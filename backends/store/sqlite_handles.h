// SQLite's objects with owners, and what the store's databases share in using it.

#ifndef COOPER_BACKENDS_STORE_SQLITE_HANDLES_H_
#define COOPER_BACKENDS_STORE_SQLITE_HANDLES_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ir/base/digest.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cooper {

struct CloseDatabase {
  void operator()(sqlite3* database) const;
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

void BindDigest(sqlite3_stmt* statement, int place, const std::optional<Digest>& digest);
// Nothing when the column does not have a digest's size.
std::optional<Digest> DigestAt(sqlite3_stmt* statement, int column);

// To read the database without changing its directory. `option`: such as "&immutable=1".
std::string ReadOnlyUri(std::string_view path, std::string_view option);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_SQLITE_HANDLES_H_
