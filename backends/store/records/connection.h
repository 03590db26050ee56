// One connection to a SQLite database: errors in our words, values in our types.
//
// Internal to this folder. One thread at a time.

#ifndef COOPER_BACKENDS_STORE_RECORDS_CONNECTION_H_
#define COOPER_BACKENDS_STORE_RECORDS_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ir/base/digest.h"
#include "ir/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cooper {

inline constexpr int kBusyTimeoutMs = 30'000;

struct CloseDatabase {
  void operator()(sqlite3* database) const;
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// An error of SQLite with what to do; `database` may be null.
Error DatabaseError(const std::string& path, sqlite3* database, int code);

void BindDigest(sqlite3_stmt* statement, int place, const std::optional<Digest>& digest);
void BindText(sqlite3_stmt* statement, int place, const std::string& text);
std::optional<Digest> DigestAt(sqlite3_stmt* statement, int column);
std::string TextAt(sqlite3_stmt* statement, int column);

// To read the database without changing its directory. `option`: such as "&immutable=1".
std::string ReadOnlyUri(std::string_view path, std::string_view option);

struct Connection {
  std::string path;
  std::unique_ptr<sqlite3, CloseDatabase> database;  // outlives its statements

  Error Fail(int code) const { return DatabaseError(path, database.get(), code); }
  Status Execute(const char* sql);
  Result<Statement> Prepare(const char* sql);
  // The first column of the first row.
  Result<int> ReadNumber(const char* sql);
  // Steps to the end and makes it ready for the next use.
  Status Finish(sqlite3_stmt* statement);
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORDS_CONNECTION_H_
