#include "backends/store/records/build_history.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "backends/store/records/lossy_database.h"

namespace cooper {
namespace {

constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS keys (
    key BLOB PRIMARY KEY NOT NULL,
    project BLOB NOT NULL,
    title BLOB NOT NULL,
    name BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS keys_by_title ON keys (title);
  CREATE INDEX IF NOT EXISTS keys_by_name ON keys (name);
  -- Apart, so that a key can become the newest one without its text being written again.
  CREATE TABLE IF NOT EXISTS texts (
    key BLOB PRIMARY KEY NOT NULL,
    text BLOB NOT NULL
  );
  CREATE TABLE IF NOT EXISTS builds (
    number INTEGER PRIMARY KEY,
    project BLOB NOT NULL,
    report BLOB NOT NULL
  );
)";

constexpr const char* kPutKey = "INSERT OR REPLACE INTO keys VALUES (?1, ?2, ?3, ?4)";
constexpr const char* kPutText = "INSERT OR REPLACE INTO texts VALUES (?1, ?2)";
constexpr const char* kPutTextIfNone = "INSERT OR IGNORE INTO texts VALUES (?1, ?2)";
constexpr const char* kFindKey =
    "SELECT key, project, title, name, text FROM keys NATURAL JOIN texts WHERE key = ?1";
constexpr const char* kFindByTitle =
    "SELECT key, project, title, name, text FROM keys NATURAL JOIN texts "
    "WHERE title = ?2 AND project = ?1 ORDER BY keys.rowid DESC LIMIT 1";
constexpr const char* kFindByName =
    "SELECT key, project, title, name, text FROM keys NATURAL JOIN texts "
    "WHERE name = ?2 AND project = ?1 ORDER BY keys.rowid DESC LIMIT 1";
constexpr const char* kPutBuild = "INSERT INTO builds (project, report) VALUES (?1, ?2)";
constexpr const char* kFindBuild =
    "SELECT report FROM builds WHERE project = ?1 ORDER BY number DESC LIMIT 1";

std::string KeepNewestBytes(std::string_view table, std::string_view column, size_t bytes) {
  return fmt::format(
      "DELETE FROM {0} WHERE rowid IN (SELECT id FROM (SELECT rowid AS id, "
      "sum(length({1})) OVER (ORDER BY rowid DESC) AS total FROM {0}) WHERE total > {2})",
      table, column, bytes);
}

}  // namespace

BuildHistory::BuildHistory(std::string path, DatabaseUse use)
    : database_(std::make_unique<LossyDatabase>(std::move(path), use, kTables)) {}

BuildHistory::~BuildHistory() = default;

void BuildHistory::PutKeys(const std::vector<KeyRecord>& keys) {
  const std::lock_guard lock(mutex_);
  database_->Write([&] {
    for (const KeyRecord& key : keys) {
      if (!PutKey(key)) return false;
    }
    return database_->Execute(KeepNewest("keys", kMaxKeys)) &&
           database_->Execute(KeepNewest("texts", kMaxKeys)) &&
           database_->Execute(KeepNewestBytes("texts", "text", kMaxTextBytes));
  });
}

bool BuildHistory::PutKey(const KeyRecord& key) {
  if (key.text.size() > kMaxKeyBytes) return true;
  sqlite3_stmt* const put_key = database_->Prepare(kPutKey);
  sqlite3_stmt* const put_text = database_->Prepare(key.complete ? kPutText : kPutTextIfNone);
  if (put_key == nullptr || put_text == nullptr) return false;
  BindDigest(put_key, 1, key.key);
  BindDigest(put_key, 2, key.project);
  BindBytes(put_key, 3, key.title);
  BindBytes(put_key, 4, key.name);
  BindDigest(put_text, 1, key.key);
  BindBytes(put_text, 2, key.text);
  return LossyDatabase::Step(put_key) && LossyDatabase::Step(put_text);
}

std::optional<KeyRecord> BuildHistory::ReadKey(const char* sql, const Digest& first,
                                               const std::string* text) {
  sqlite3_stmt* const statement = database_->Prepare(sql);
  if (statement == nullptr) return std::nullopt;
  BindDigest(statement, 1, first);
  if (text != nullptr) BindBytes(statement, 2, *text);
  std::optional<KeyRecord> record;
  LossyDatabase::ReadRows(statement, [&](sqlite3_stmt* row) {
    const std::optional<Digest> key = DigestAt(row, 0);
    const std::optional<Digest> project = DigestAt(row, 1);
    if (!key || !project) return false;
    record = KeyRecord{.key = *key,
                       .project = *project,
                       .title = BytesAt(row, 2),
                       .name = BytesAt(row, 3),
                       .text = BytesAt(row, 4)};
    return false;
  });
  return record;
}

std::optional<KeyRecord> BuildHistory::FindKey(const Digest& key) {
  const std::lock_guard lock(mutex_);
  return ReadKey(kFindKey, key, nullptr);
}

std::optional<KeyRecord> BuildHistory::NewestKey(const Digest& project, const std::string& title,
                                                 const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::optional<KeyRecord> found;
  if (!title.empty()) found = ReadKey(kFindByTitle, project, &title);
  return found ? found : ReadKey(kFindByName, project, &name);
}

void BuildHistory::PutBuild(const Digest& project, const std::string& report) {
  const std::lock_guard lock(mutex_);
  database_->Write([&] {
    sqlite3_stmt* const statement = database_->Prepare(kPutBuild);
    if (statement == nullptr) return false;
    BindDigest(statement, 1, project);
    BindBytes(statement, 2, report);
    return LossyDatabase::Step(statement) && database_->Execute(KeepNewest("builds", kMaxBuilds));
  });
}

std::optional<std::string> BuildHistory::NewestBuild(const Digest& project) {
  const std::lock_guard lock(mutex_);
  sqlite3_stmt* const statement = database_->Prepare(kFindBuild);
  if (statement == nullptr) return std::nullopt;
  BindDigest(statement, 1, project);
  std::optional<std::string> report;
  LossyDatabase::ReadRows(statement, [&](sqlite3_stmt* row) {
    report = BytesAt(row, 0);
    return false;
  });
  return report;
}

}  // namespace cooper
