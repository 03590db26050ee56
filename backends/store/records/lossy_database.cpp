#include "backends/store/records/lossy_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <utility>

#include "backends/filesystem/disk/scoped_fd.h"

namespace cooper {
namespace {

// Who has to wait longer does without.
constexpr int kPatienceMs = 2'000;

constexpr const char* kSetup = R"(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
)";

}  // namespace

LossyDatabase::LossyDatabase(std::string path, DatabaseUse use, const char* tables)
    : path_(std::move(path)), use_(use), tables_(tables) {}

LossyDatabase::~LossyDatabase() = default;

sqlite3_stmt* LossyDatabase::Prepare(const char* sql) {
  if (!Ready()) return nullptr;
  Statement& statement = statements_[sql];
  if (statement == nullptr) {
    sqlite3_stmt* prepared = nullptr;
    sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    statement.reset(prepared);
  }
  return statement.get();
}

void LossyDatabase::ReadRows(sqlite3_stmt* statement,
                             const std::function<bool(sqlite3_stmt* row)>& row) {
  while (sqlite3_step(statement) == SQLITE_ROW) {
    if (!row(statement)) break;
  }
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

bool LossyDatabase::Step(sqlite3_stmt* statement) {
  const bool done = sqlite3_step(statement) == SQLITE_DONE;
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return done;
}

void LossyDatabase::Write(const std::function<bool()>& work) {
  if (use_ == DatabaseUse::kRead || !Ready() || !Execute("BEGIN IMMEDIATE")) return;
  const bool done = work();
  if (!Execute(done ? "COMMIT" : "ROLLBACK")) Execute("ROLLBACK");
}

bool LossyDatabase::Execute(const std::string& sql) {
  return sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

bool LossyDatabase::Connect() {
  sqlite3* handle = nullptr;
  std::string name = path_;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
  if (use_ == DatabaseUse::kWrite) {
    // SQLite makes files that others may read; its other files copy this one's mode.
    const ScopedFd file(open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    flags |= SQLITE_OPEN_READWRITE;
  } else {
    // Where no write-ahead log is in use, a connection would make one.
    const bool in_use = access((path_ + "-wal").c_str(), F_OK) == 0;
    name = ReadOnlyUri(path_, in_use ? "" : "&immutable=1");
    flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  }
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  database_.reset(handle);
  if (code != SQLITE_OK) return false;
  sqlite3_busy_timeout(handle, kPatienceMs);
  return use_ == DatabaseUse::kRead || (Execute(kSetup) && Execute(tables_));
}

bool LossyDatabase::Ready() {
  if (!opened_) {
    opened_ = true;
    if (!Connect() && !StartAnew()) Close();
  } else if (damaged() && !StartAnew()) {
    Close();
  }
  return database_ != nullptr;
}

// A damaged file gives way to a new one.
bool LossyDatabase::StartAnew() {
  if (!damaged() || use_ == DatabaseUse::kRead) return false;
  Close();
  for (const char* const suffix : {"", "-wal", "-shm"}) unlink((path_ + suffix).c_str());
  return Connect();
}

void LossyDatabase::Close() {
  statements_.clear();
  database_.reset();
}

bool LossyDatabase::damaged() const {
  const int code = database_ == nullptr ? SQLITE_OK : sqlite3_errcode(database_.get()) & 0xff;
  return code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
}

std::string KeepNewest(std::string_view table, int count) {
  return fmt::format("DELETE FROM {0} WHERE rowid <= (SELECT max(rowid) FROM {0}) - {1}", table,
                     count);
}

std::string BytesAt(sqlite3_stmt* statement, int column) {
  const void* const data = sqlite3_column_blob(statement, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data),
          static_cast<size_t>(sqlite3_column_bytes(statement, column))};
}

void BindBytes(sqlite3_stmt* statement, int place, std::string_view bytes) {
  sqlite3_bind_blob64(statement, place, bytes.data(), bytes.size(), SQLITE_STATIC);
}

}  // namespace cooper
