// A SQLite file whose loss costs nothing but time.
//
// Nothing here fails: what cannot be read is not known, what cannot be written is
// forgotten, and a damaged file is made anew. Internal to this folder; opened when first
// needed; one thread at a time.

#ifndef COOPER_BACKENDS_STORE_RECORDS_LOSSY_DATABASE_H_
#define COOPER_BACKENDS_STORE_RECORDS_LOSSY_DATABASE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "backends/store/records/connection.h"
#include "backends/store/records/database_use.h"

namespace cooper {

class LossyDatabase {
 public:
  // `tables`: statements that make them if they are not there.
  LossyDatabase(std::string path, DatabaseUse use, const char* tables);
  ~LossyDatabase();

  // The statement, kept for the next time, to be bound and stepped; null if there is no
  // database or it lacks a table.
  sqlite3_stmt* Prepare(const char* sql);

  // Rows to `row`, which returns whether it wants more. The statement can be used again.
  static void ReadRows(sqlite3_stmt* statement, const std::function<bool(sqlite3_stmt* row)>& row);
  // Whether it was done.
  static bool Step(sqlite3_stmt* statement);

  // All of `work`, or nothing of it; it returns whether it succeeded.
  void Write(const std::function<bool()>& work);
  bool Execute(const std::string& sql);

 private:
  bool Ready();
  bool Connect();
  bool StartAnew();
  void Close();
  bool damaged() const;

  const std::string path_;
  const DatabaseUse use_;
  const char* const tables_;
  bool opened_ = false;                               // or tried to
  std::unique_ptr<sqlite3, CloseDatabase> database_;  // null: there is none
  std::map<const char*, Statement> statements_;       // by address: they are literals
};

// Replacing a row gives it a new number, so the lowest numbers are the oldest.
std::string KeepNewest(std::string_view table, int count);

std::string BytesAt(sqlite3_stmt* statement, int column);
// `bytes` must live until the statement was stepped.
void BindBytes(sqlite3_stmt* statement, int place, std::string_view bytes);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORDS_LOSSY_DATABASE_H_
