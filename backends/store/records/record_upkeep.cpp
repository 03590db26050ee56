// What looks after the records: uses, checks, and forgetting what is pruned.

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "backends/store/directory/file_calls.h"
#include "backends/store/records/record_state.h"

namespace cooper {
namespace {

// Ends a transaction that was not committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {}
  ~Transaction() {
    if (open_) sqlite3_exec(connection_.database.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Status Begin() {
    COOPER_RETURN_IF_ERROR(connection_.Execute("BEGIN IMMEDIATE"));
    open_ = true;
    return Ok();
  }
  Status Commit() {
    COOPER_RETURN_IF_ERROR(connection_.Execute("COMMIT"));
    open_ = false;
    return Ok();
  }

 private:
  Connection& connection_;
  bool open_ = false;
};

Result<std::vector<std::pair<Digest, Digest>>> Pairs(Connection& connection, const char* sql) {
  COOPER_ASSIGN_OR_RETURN(const Statement statement, connection.Prepare(sql));
  std::vector<std::pair<Digest, Digest>> pairs;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) {
    const std::optional<Digest> first = DigestAt(statement.get(), 0);
    const std::optional<Digest> second = DigestAt(statement.get(), 1);
    if (first && second) pairs.emplace_back(*first, *second);
  }
  if (code != SQLITE_DONE) return connection.Fail(code);
  return pairs;
}

// Runs a statement with one digest to fill in.
Status For(Connection& connection, const Statement& statement, const Digest& digest) {
  BindDigest(statement.get(), 1, digest);
  return connection.Finish(statement.get());
}

}  // namespace

Status RecordDatabase::NoteUses(const std::vector<Digest>& items, int64_t time_ns) {
  if (items.empty()) return Ok();
  const std::lock_guard lock(state_->mutex);
  COOPER_ASSIGN_OR_RETURN(const Statement note,
                          state_->Prepare("INSERT OR REPLACE INTO uses VALUES (?1, ?2)"));
  Transaction transaction(*state_);
  COOPER_RETURN_IF_ERROR(transaction.Begin());
  for (const Digest& item : items) {
    sqlite3_bind_int64(note.get(), 2, time_ns);
    COOPER_RETURN_IF_ERROR(For(*state_, note, item));
  }
  return transaction.Commit();
}

Result<std::map<Digest, int64_t>> RecordDatabase::Uses() {
  const std::lock_guard lock(state_->mutex);
  std::map<Digest, int64_t> uses;
  // A store that is only read may be from before there was this table.
  COOPER_ASSIGN_OR_RETURN(
      const int tables,
      state_->ReadNumber("SELECT count(*) FROM sqlite_schema WHERE name = 'uses'"));
  if (tables == 0) return uses;
  COOPER_ASSIGN_OR_RETURN(const Statement all, state_->Prepare("SELECT item, used_ns FROM uses"));
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(all.get())) == SQLITE_ROW) {
    if (const auto item = DigestAt(all.get(), 0)) uses[*item] = sqlite3_column_int64(all.get(), 1);
  }
  if (code != SQLITE_DONE) return state_->Fail(code);
  return uses;
}

Result<std::vector<std::pair<Digest, Digest>>> RecordDatabase::Results() {
  const std::lock_guard lock(state_->mutex);
  return Pairs(*state_, "SELECT key, layer FROM results");
}

Result<std::vector<std::pair<Digest, Digest>>> RecordDatabase::Downloads() {
  const std::lock_guard lock(state_->mutex);
  if (state_->find_download == nullptr) return std::vector<std::pair<Digest, Digest>>();
  return Pairs(*state_, "SELECT url, blob FROM downloads");
}

Status RecordDatabase::Forget(const LostParts& lost, std::vector<Digest>& orphans) {
  const std::lock_guard lock(state_->mutex);
  // Files that go before their records are forgotten would be missed after a power cut.
  COOPER_RETURN_IF_ERROR(state_->Execute("PRAGMA synchronous = FULL"));
  COOPER_RETURN_IF_ERROR(state_->Execute(
      "CREATE TEMP TABLE IF NOT EXISTS touched (id BLOB PRIMARY KEY NOT NULL) WITHOUT ROWID"));
  Transaction transaction(*state_);
  COOPER_RETURN_IF_ERROR(transaction.Begin());
  COOPER_RETURN_IF_ERROR(state_->Execute("DELETE FROM touched"));
  COOPER_ASSIGN_OR_RETURN(const Statement touch_blob,
                          state_->Prepare("INSERT OR IGNORE INTO touched SELECT id FROM layers "
                                          "WHERE blob_digest = ?1 OR index_digest = ?1"));
  COOPER_ASSIGN_OR_RETURN(
      const Statement drop_blob,
      state_->Prepare("UPDATE layers SET blob_digest = NULL, blob_size = NULL, "
                      "blob_media_type = NULL, blob_annotations = NULL WHERE blob_digest = ?1"));
  COOPER_ASSIGN_OR_RETURN(
      const Statement drop_index,
      state_->Prepare("UPDATE layers SET index_digest = NULL WHERE index_digest = ?1"));
  COOPER_ASSIGN_OR_RETURN(const Statement drop_download,
                          state_->Prepare("DELETE FROM downloads WHERE blob = ?1"));
  COOPER_ASSIGN_OR_RETURN(const Statement touch_layer,
                          state_->Prepare("INSERT OR IGNORE INTO touched VALUES (?1)"));
  COOPER_ASSIGN_OR_RETURN(const Statement drop_snapshot,
                          state_->Prepare("UPDATE layers SET snapshot = 0 WHERE id = ?1"));
  COOPER_ASSIGN_OR_RETURN(const Statement drop_use,
                          state_->Prepare("DELETE FROM uses WHERE item = ?1"));
  for (const Digest& blob : lost.blobs) {
    for (const Statement* step :
         {&touch_blob, &drop_blob, &drop_index, &drop_download, &drop_use}) {
      COOPER_RETURN_IF_ERROR(For(*state_, *step, blob));
    }
  }
  for (const Digest& layer : lost.snapshots) {
    for (const Statement* step : {&touch_layer, &drop_snapshot, &drop_use}) {
      COOPER_RETURN_IF_ERROR(For(*state_, *step, layer));
    }
  }
  constexpr const char* kGone =
      "(SELECT id FROM layers WHERE id IN (SELECT id FROM touched) AND snapshot = 0 "
      "AND blob_digest IS NULL)";
  COOPER_ASSIGN_OR_RETURN(
      const auto found,
      Pairs(*state_, fmt::format("SELECT index_digest, index_digest FROM layers WHERE id IN {0} "
                                 "AND index_digest NOT IN (SELECT index_digest FROM layers "
                                 "WHERE index_digest IS NOT NULL AND id NOT IN {0})",
                                 kGone)
                         .c_str()));
  for (const auto& [index, same] : found) orphans.push_back(index);
  COOPER_RETURN_IF_ERROR(
      state_->Execute(fmt::format("DELETE FROM results WHERE layer IN {}", kGone).c_str()));
  COOPER_RETURN_IF_ERROR(
      state_->Execute(fmt::format("DELETE FROM layers WHERE id IN {}", kGone).c_str()));
  COOPER_RETURN_IF_ERROR(
      state_->Execute("DELETE FROM results WHERE layer NOT IN (SELECT id FROM layers)"));
  return transaction.Commit();
}

bool RecordDatabase::IsDamaged(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0 || status.st_size == 0) return false;
  Connection connection;
  connection.path = path;
  sqlite3* database = nullptr;
  int code =
      sqlite3_open_v2(path.c_str(), &database,
                      SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
  connection.database.reset(database);
  if (code != SQLITE_OK) return false;
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  sqlite3_stmt* raw = nullptr;
  code = sqlite3_prepare_v2(database, "PRAGMA integrity_check(1)", -1, &raw, nullptr);
  const Statement check(raw);
  if (code == SQLITE_OK) code = sqlite3_step(raw);
  if (code == SQLITE_ROW) return TextAt(raw, 0) != "ok";
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

Status RecordDatabase::Remove(const std::string& path) {
  for (const char* const suffix : {"-wal", "-shm", "-journal", ""}) {
    if (unlink((path + suffix).c_str()) != 0 && errno != ENOENT) {
      return StoreError("cannot remove `" + path + suffix + "`", errno);
    }
  }
  return Ok();
}

}  // namespace cooper
