#include "backends/store/records/record_schema.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <thread>

#include "backends/store/records/record_database.h"

namespace cooper {
namespace {

constexpr int kApplicationId = 0x636f6f70;  // "coop", in the file's header

constexpr const char* kCreateTables = R"(
  CREATE TABLE layers (
    id BLOB PRIMARY KEY NOT NULL,
    diff_id BLOB,
    blob_digest BLOB,
    blob_size INTEGER,
    blob_media_type TEXT,
    blob_annotations TEXT,  -- a JSON object
    index_digest BLOB,
    snapshot INTEGER NOT NULL,
    created_ns INTEGER
  ) WITHOUT ROWID;
)";

// From version 1, which did not keep times: its layers get one, so that images
// made of them are the same in every later build.
constexpr const char* kAddCreated = R"(
  ALTER TABLE layers ADD COLUMN created_ns INTEGER;
  UPDATE layers SET created_ns = CAST(strftime('%s', 'now') AS INTEGER) * 1000000000;
)";

// Also for a store from before there was this table.
constexpr const char* kCreateResults = R"(
  CREATE TABLE IF NOT EXISTS results (
    key BLOB PRIMARY KEY NOT NULL,
    layer BLOB NOT NULL
  ) WITHOUT ROWID;
)";

constexpr const char* kCreateDownloads = R"(
  CREATE TABLE IF NOT EXISTS downloads (
    url BLOB PRIMARY KEY NOT NULL,
    blob BLOB NOT NULL,
    etag TEXT NOT NULL,
    mtime INTEGER NOT NULL
  ) WITHOUT ROWID;
)";

// When a layer or blob was needed last, by its id or digest.
constexpr const char* kCreateUses = R"(
  CREATE TABLE IF NOT EXISTS uses (
    item BLOB PRIMARY KEY NOT NULL,
    used_ns INTEGER NOT NULL
  ) WITHOUT ROWID;
)";

Status CheckVersion(const Connection& connection, int application, int version) {
  if (application != kApplicationId) {
    return Error(DiagnosticKind::kStore,
                 fmt::format("`{}` is the database of another program; choose another --store",
                             connection.path));
  }
  if (version > RecordDatabase::kSchemaVersion) {
    return Error(DiagnosticKind::kStore,
                 fmt::format("the store was written by a newer version of cooper: `{}` has format "
                             "{}, this version reads up to {}; choose another --store",
                             connection.path, version, RecordDatabase::kSchemaVersion));
  }
  return Ok();
}

Status Upgrade(Connection& connection) {
  COOPER_RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
  // Another process may have done it since.
  COOPER_ASSIGN_OR_RETURN(const int version, connection.ReadNumber("PRAGMA user_version"));
  if (version < RecordDatabase::kSchemaVersion) {
    COOPER_RETURN_IF_ERROR(connection.Execute(kAddCreated));
    COOPER_RETURN_IF_ERROR(connection.Execute(
        fmt::format("PRAGMA user_version = {}", RecordDatabase::kSchemaVersion).c_str()));
  }
  return connection.Execute("COMMIT");
}

Result<bool> HasTable(Connection& connection, std::string_view name) {
  COOPER_ASSIGN_OR_RETURN(
      const int count,
      connection.ReadNumber(
          fmt::format("SELECT count(*) FROM sqlite_schema WHERE name = '{}'", name).c_str()));
  return count > 0;
}

// WAL is a property of the file; where the file system cannot do it (no shared
// memory) SQLite keeps its rollback journal, which is as safe but slower. The switch
// needs the file for itself, and SQLite gives up at once, whatever the busy timeout,
// while another process opens the same new file.
Status UseWriteAheadLog(Connection& connection) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(kBusyTimeoutMs);
  while (true) {
    const int code = sqlite3_exec(connection.database.get(), "PRAGMA journal_mode = WAL", nullptr,
                                  nullptr, nullptr);
    if (code == SQLITE_OK) return Ok();
    if ((code & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() >= deadline) {
      return connection.Fail(sqlite3_extended_errcode(connection.database.get()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

Status MakeRecordTables(Connection& connection) {
  COOPER_RETURN_IF_ERROR(UseWriteAheadLog(connection));
  COOPER_RETURN_IF_ERROR(connection.Execute("PRAGMA synchronous = NORMAL"));
  COOPER_ASSIGN_OR_RETURN(const int tables,
                          connection.ReadNumber("SELECT count(*) FROM sqlite_schema"));
  if (tables == 0) {
    COOPER_RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
    // Another process may have made them since.
    COOPER_ASSIGN_OR_RETURN(const int now,
                            connection.ReadNumber("SELECT count(*) FROM sqlite_schema"));
    if (now == 0) {
      COOPER_RETURN_IF_ERROR(connection.Execute(kCreateTables));
      COOPER_RETURN_IF_ERROR(
          connection.Execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                         kApplicationId, RecordDatabase::kSchemaVersion)
                                 .c_str()));
    }
    COOPER_RETURN_IF_ERROR(connection.Execute("COMMIT"));
  }
  COOPER_ASSIGN_OR_RETURN(const int application, connection.ReadNumber("PRAGMA application_id"));
  COOPER_ASSIGN_OR_RETURN(const int version, connection.ReadNumber("PRAGMA user_version"));
  COOPER_RETURN_IF_ERROR(CheckVersion(connection, application, version));
  if (version < RecordDatabase::kSchemaVersion) COOPER_RETURN_IF_ERROR(Upgrade(connection));
  COOPER_RETURN_IF_ERROR(connection.Execute(kCreateResults));
  COOPER_RETURN_IF_ERROR(connection.Execute(kCreateDownloads));
  return connection.Execute(kCreateUses);
}

Result<ReadableTables> FindRecordTables(Connection& connection) {
  ReadableTables found;
  COOPER_ASSIGN_OR_RETURN(const int tables,
                          connection.ReadNumber("SELECT count(*) FROM sqlite_schema"));
  if (tables == 0) return found;
  COOPER_ASSIGN_OR_RETURN(const int application, connection.ReadNumber("PRAGMA application_id"));
  COOPER_ASSIGN_OR_RETURN(const int version, connection.ReadNumber("PRAGMA user_version"));
  COOPER_RETURN_IF_ERROR(CheckVersion(connection, application, version));
  COOPER_ASSIGN_OR_RETURN(found.layers, HasTable(connection, "results"));
  if (version < RecordDatabase::kSchemaVersion) found.layers = false;
  if (!found.layers) return found;
  COOPER_ASSIGN_OR_RETURN(found.downloads, HasTable(connection, "downloads"));
  COOPER_ASSIGN_OR_RETURN(found.uses, HasTable(connection, "uses"));
  return found;
}

}  // namespace cooper
