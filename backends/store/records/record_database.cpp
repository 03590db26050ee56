#include "backends/store/records/record_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cctype>
#include <cerrno>
#include <mutex>

#include "backends/store/directory/file_calls.h"
#include "backends/store/records/record_schema.h"
#include "backends/store/records/record_state.h"

namespace cooper {
namespace {

// A different diff id is a different layer: the old one's blob and index go.
constexpr const char* kPut = R"(
  INSERT INTO layers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
  ON CONFLICT (id) DO UPDATE SET
    diff_id = coalesce(excluded.diff_id, diff_id),
    blob_digest = iif(excluded.blob_digest IS NOT NULL OR excluded.diff_id <> diff_id,
                      excluded.blob_digest, blob_digest),
    blob_size = iif(excluded.blob_digest IS NOT NULL OR excluded.diff_id <> diff_id,
                    excluded.blob_size, blob_size),
    blob_media_type = iif(excluded.blob_digest IS NOT NULL OR excluded.diff_id <> diff_id,
                          excluded.blob_media_type, blob_media_type),
    blob_annotations = iif(excluded.blob_digest IS NOT NULL OR excluded.diff_id <> diff_id,
                           excluded.blob_annotations, blob_annotations),
    index_digest = iif(excluded.index_digest IS NOT NULL OR excluded.diff_id <> diff_id,
                       excluded.index_digest, index_digest),
    snapshot = max(snapshot, excluded.snapshot),
    created_ns = iif(created_ns IS NULL OR excluded.diff_id <> diff_id,
                     excluded.created_ns, created_ns)
)";

constexpr const char* kColumns =
    "SELECT id, diff_id, blob_digest, blob_size, blob_media_type, blob_annotations, index_digest, "
    "snapshot, created_ns FROM layers";

std::string AnnotationsToJson(const std::map<std::string, std::string>& annotations) {
  llvm::json::Object object;
  for (const auto& [key, value] : annotations) {
    object[llvm::json::fixUTF8(key)] = llvm::json::fixUTF8(value);
  }
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << llvm::json::Value(std::move(object));
  stream.flush();
  return text;
}

std::map<std::string, std::string> AnnotationsFromJson(const std::string& text) {
  std::map<std::string, std::string> annotations;
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(text);
  if (!value) {
    llvm::consumeError(value.takeError());
    return annotations;
  }
  if (const llvm::json::Object* const object = value->getAsObject()) {
    for (const auto& [key, entry] : *object) {
      if (const auto string = entry.getAsString()) annotations[key.str()] = string->str();
    }
  }
  return annotations;
}

constexpr int64_t kNanoseconds = 1'000'000'000;

FileTime TimeOf(int64_t nanoseconds) {
  FileTime time;
  time.seconds = nanoseconds / kNanoseconds;
  time.nanoseconds = static_cast<uint32_t>(nanoseconds % kNanoseconds);
  return time;
}

LayerRecord RecordAt(sqlite3_stmt* statement) {
  LayerRecord record;
  record.diff_id = DigestAt(statement, 1);
  if (const std::optional<Digest> digest = DigestAt(statement, 2)) {
    Descriptor& blob = record.blob.emplace();
    blob.digest = *digest;
    blob.size_bytes = static_cast<uint64_t>(sqlite3_column_int64(statement, 3));
    blob.media_type = TextAt(statement, 4);
    blob.annotations = AnnotationsFromJson(TextAt(statement, 5));
  }
  record.index = DigestAt(statement, 6);
  record.snapshot = sqlite3_column_int(statement, 7) != 0;
  if (sqlite3_column_type(statement, 8) != SQLITE_NULL) {
    record.created = TimeOf(sqlite3_column_int64(statement, 8));
  }
  return record;
}

}  // namespace

Status RecordDatabase::PrepareToRead(State& state, const ReadableTables& tables) {
  COOPER_ASSIGN_OR_RETURN(state.find,
                          state.Prepare(fmt::format("{} WHERE id = ?1", kColumns).c_str()));
  COOPER_ASSIGN_OR_RETURN(state.all,
                          state.Prepare(fmt::format("{} ORDER BY id", kColumns).c_str()));
  COOPER_ASSIGN_OR_RETURN(state.find_result,
                          state.Prepare("SELECT layer FROM results WHERE key = ?1"));
  if (tables.downloads) {
    COOPER_ASSIGN_OR_RETURN(
        state.find_download,
        state.Prepare("SELECT blob, etag, mtime FROM downloads WHERE url = ?1"));
  }
  return Ok();
}

RecordDatabase::RecordDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}
RecordDatabase::~RecordDatabase() = default;

Result<std::unique_ptr<RecordDatabase>> RecordDatabase::Open(const std::string& path) {
  // SQLite makes files that others may read; its other files copy this one's mode.
  // An existing one is not opened here: closing it would drop the locks that this
  // process holds on it through another connection (POSIX advisory locks).
  {
    const ScopedFd file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.ok() && errno != EEXIST) {
      return StoreError(fmt::format("cannot make the records `{}`", path), errno);
    }
  }
  auto state = std::make_unique<State>();
  state->path = path;
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
  state->database.reset(database);
  if (code != SQLITE_OK) return DatabaseError(path, database, code);
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  COOPER_RETURN_IF_ERROR(MakeRecordTables(*state));
  COOPER_RETURN_IF_ERROR(PrepareToRead(*state, {.layers = true, .downloads = true, .uses = true}));
  COOPER_ASSIGN_OR_RETURN(state->put, state->Prepare(kPut));
  COOPER_ASSIGN_OR_RETURN(state->put_result,
                          state->Prepare("INSERT OR REPLACE INTO results VALUES (?1, ?2)"));
  COOPER_ASSIGN_OR_RETURN(
      state->put_download,
      state->Prepare("INSERT OR REPLACE INTO downloads VALUES (?1, ?2, ?3, ?4)"));
  return std::unique_ptr<RecordDatabase>(new RecordDatabase(std::move(state)));
}

Result<std::unique_ptr<RecordDatabase>> RecordDatabase::OpenToRead(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::unique_ptr<RecordDatabase>();
    return StoreError(fmt::format("cannot use the records `{}`", path), errno);
  }
  // A connection, even one that only reads, makes the files of the write-ahead log if
  // they are missing. They are there while another process uses the database; else
  // nothing changes it, but for a build that starts just now: then a look-up may find
  // what was there before.
  const bool in_use = lstat((path + "-wal").c_str(), &status) == 0;
  Result<std::unique_ptr<RecordDatabase>> records = OpenUri(path, in_use ? "" : "&immutable=1");
  // The log of a killed build, where its other file cannot be made.
  if (!records.ok() && in_use) return OpenUri(path, "&immutable=1");
  return records;
}

Result<std::unique_ptr<RecordDatabase>> RecordDatabase::OpenUri(const std::string& path,
                                                                std::string_view option) {
  const std::string uri = ReadOnlyUri(path, option);
  auto state = std::make_unique<State>();
  state->path = path;
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(
      uri.c_str(), &database,
      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
  state->database.reset(database);
  if (code != SQLITE_OK) return DatabaseError(path, database, code);
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  COOPER_ASSIGN_OR_RETURN(const ReadableTables tables, FindRecordTables(*state));
  if (!tables.layers) return std::unique_ptr<RecordDatabase>();
  COOPER_RETURN_IF_ERROR(PrepareToRead(*state, tables));
  return std::unique_ptr<RecordDatabase>(new RecordDatabase(std::move(state)));
}

Result<std::optional<LayerRecord>> RecordDatabase::Find(const Digest& id) {
  const std::lock_guard lock(state_->mutex);
  sqlite3_stmt* const statement = state_->find.get();
  BindDigest(statement, 1, id);
  const int code = sqlite3_step(statement);
  std::optional<LayerRecord> record;
  if (code == SQLITE_ROW) record = RecordAt(statement);
  sqlite3_reset(statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return state_->Fail(code);
  return record;
}

Result<std::vector<std::pair<Digest, LayerRecord>>> RecordDatabase::All() {
  const std::lock_guard lock(state_->mutex);
  sqlite3_stmt* const statement = state_->all.get();
  std::vector<std::pair<Digest, LayerRecord>> records;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    if (const std::optional<Digest> id = DigestAt(statement, 0)) {
      records.emplace_back(*id, RecordAt(statement));
    }
  }
  sqlite3_reset(statement);
  if (code != SQLITE_DONE) return state_->Fail(code);
  return records;
}

Status RecordDatabase::Put(const Digest& id, const LayerRecord& record) {
  const std::lock_guard lock(state_->mutex);
  sqlite3_stmt* const statement = state_->put.get();
  sqlite3_clear_bindings(statement);
  BindDigest(statement, 1, id);
  BindDigest(statement, 2, record.diff_id);
  if (record.blob) {
    BindDigest(statement, 3, record.blob->digest);
    sqlite3_bind_int64(statement, 4, static_cast<sqlite3_int64>(record.blob->size_bytes));
    BindText(statement, 5, record.blob->media_type);
    BindText(statement, 6, AnnotationsToJson(record.blob->annotations));
  }
  BindDigest(statement, 7, record.index);
  sqlite3_bind_int(statement, 8, record.snapshot ? 1 : 0);
  if (record.created) {
    sqlite3_bind_int64(statement, 9,
                       record.created->seconds * kNanoseconds + record.created->nanoseconds);
  }
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (code != SQLITE_DONE) return state_->Fail(code);
  return Ok();
}

Result<std::optional<Digest>> RecordDatabase::FindResult(const Digest& key) {
  const std::lock_guard lock(state_->mutex);
  sqlite3_stmt* const statement = state_->find_result.get();
  BindDigest(statement, 1, key);
  const int code = sqlite3_step(statement);
  std::optional<Digest> layer_id;
  if (code == SQLITE_ROW) layer_id = DigestAt(statement, 0);
  sqlite3_reset(statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return state_->Fail(code);
  return layer_id;
}

Status RecordDatabase::PutResult(const Digest& key, const Digest& layer_id) {
  const std::lock_guard lock(state_->mutex);
  sqlite3_stmt* const statement = state_->put_result.get();
  BindDigest(statement, 1, key);
  BindDigest(statement, 2, layer_id);
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (code != SQLITE_DONE) return state_->Fail(code);
  return Ok();
}

Result<std::optional<DownloadRecord>> RecordDatabase::FindDownload(const Digest& url) {
  const std::lock_guard lock(state_->mutex);
  sqlite3_stmt* const statement = state_->find_download.get();
  if (statement == nullptr) return std::optional<DownloadRecord>();
  BindDigest(statement, 1, url);
  const int code = sqlite3_step(statement);
  std::optional<DownloadRecord> record;
  if (code == SQLITE_ROW) {
    if (const std::optional<Digest> blob = DigestAt(statement, 0)) {
      record = DownloadRecord{.blob = *blob,
                              .etag = TextAt(statement, 1),
                              .mtime = static_cast<uint64_t>(sqlite3_column_int64(statement, 2))};
    }
  }
  sqlite3_reset(statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return state_->Fail(code);
  return record;
}

Status RecordDatabase::PutDownload(const Digest& url, const DownloadRecord& record) {
  const std::lock_guard lock(state_->mutex);
  sqlite3_stmt* const statement = state_->put_download.get();
  BindDigest(statement, 1, url);
  BindDigest(statement, 2, record.blob);
  BindText(statement, 3, record.etag);
  sqlite3_bind_int64(statement, 4, static_cast<sqlite3_int64>(record.mtime));
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (code != SQLITE_DONE) return state_->Fail(code);
  return Ok();
}

}  // namespace cooper
