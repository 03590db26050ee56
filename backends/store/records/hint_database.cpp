#include "backends/store/records/hint_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <mutex>
#include <utility>

#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/store/records/connection.h"

namespace cooper {
namespace {

// Who has to wait longer does without.
constexpr int kPatienceMs = 2'000;

constexpr const char* kSetup = R"(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS contexts (
    context BLOB PRIMARY KEY NOT NULL,
    digests BLOB NOT NULL
  );
  CREATE TABLE IF NOT EXISTS pieces (
    key BLOB PRIMARY KEY NOT NULL,
    blob BLOB NOT NULL,
    digest BLOB NOT NULL,
    offset INTEGER NOT NULL,
    size INTEGER NOT NULL
  );
)";

// Replacing a row gives it a new number, so the lowest numbers are the oldest.
std::string KeepNewest(std::string_view table, int count) {
  return fmt::format("DELETE FROM {0} WHERE rowid <= (SELECT max(rowid) FROM {0}) - {1}", table,
                     count);
}

}  // namespace

struct HintDatabase::State {
  std::string path;
  Use use = Use::kRead;
  std::mutex mutex;
  bool opened = false;                               // or tried to
  std::unique_ptr<sqlite3, CloseDatabase> database;  // null: there are no hints
  Statement find_context;
  Statement put_context;
  Statement find_piece;
  Statement put_piece;

  Statement Prepare(const char* sql) const {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v3(database.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    return Statement(statement);
  }

  bool Execute(const std::string& sql) const {
    return sqlite3_exec(database.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  }

  void Close() {
    find_context.reset();
    put_context.reset();
    find_piece.reset();
    put_piece.reset();
    database.reset();
  }

  bool Connect() {
    sqlite3* handle = nullptr;
    std::string name = path;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    if (use == Use::kWrite) {
      // SQLite makes files that others may read; its other files copy this one's mode.
      const ScopedFd file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
      flags |= SQLITE_OPEN_READWRITE;
    } else {
      // Where no write-ahead log is in use, a connection would make one.
      const bool in_use = access((path + "-wal").c_str(), F_OK) == 0;
      name = ReadOnlyUri(path, in_use ? "" : "&immutable=1");
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    }
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
    database.reset(handle);
    if (code != SQLITE_OK) return false;
    sqlite3_busy_timeout(handle, kPatienceMs);
    if (use == Use::kWrite && !Execute(kSetup)) return false;
    find_context = Prepare("SELECT digests FROM contexts WHERE context = ?1");
    find_piece = Prepare("SELECT blob, digest, offset, size FROM pieces WHERE key = ?1");
    if (use == Use::kWrite) {
      put_context = Prepare("INSERT OR REPLACE INTO contexts VALUES (?1, ?2)");
      put_piece = Prepare("INSERT OR REPLACE INTO pieces VALUES (?1, ?2, ?3, ?4, ?5)");
      if (put_context == nullptr || put_piece == nullptr) return false;
    }
    return find_context != nullptr && find_piece != nullptr;
  }

  void Remove() const {
    for (const char* const suffix : {"", "-wal", "-shm"}) unlink((path + suffix).c_str());
  }

  bool damaged() const {
    const int code = database == nullptr ? SQLITE_OK : sqlite3_errcode(database.get()) & 0xff;
    return code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
  }

  // With the mutex held; false when there are no hints.
  bool Ready() {
    if (!opened) {
      opened = true;
      if (!Connect() && !StartAnew()) Close();
    } else if (damaged() && !StartAnew()) {
      Close();
    }
    return database != nullptr;
  }

  // A damaged file gives way to a new one.
  bool StartAnew() {
    if (!damaged() || use == Use::kRead) return false;
    Close();
    Remove();
    return Connect();
  }
};

HintDatabase::HintDatabase(std::string path, Use use) : state_(std::make_unique<State>()) {
  state_->path = std::move(path);
  state_->use = use;
}

HintDatabase::~HintDatabase() = default;

std::optional<std::string> HintDatabase::FindContext(const Digest& context) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->Ready()) return std::nullopt;
  sqlite3_stmt* const statement = state_->find_context.get();
  BindDigest(statement, 1, context);
  std::optional<std::string> bytes;
  if (sqlite3_step(statement) == SQLITE_ROW) {
    if (const void* const data = sqlite3_column_blob(statement, 0)) {
      bytes.emplace(static_cast<const char*>(data),
                    static_cast<size_t>(sqlite3_column_bytes(statement, 0)));
    }
  }
  sqlite3_reset(statement);
  return bytes;
}

void HintDatabase::PutContext(const Digest& context, std::string_view bytes) {
  if (bytes.size() > kMaxContextBytes) return;
  const std::lock_guard lock(state_->mutex);
  if (!state_->Ready() || state_->put_context == nullptr) return;
  if (!state_->Execute("BEGIN IMMEDIATE")) return;
  sqlite3_stmt* const statement = state_->put_context.get();
  BindDigest(statement, 1, context);
  sqlite3_bind_blob64(statement, 2, bytes.data(), bytes.size(), SQLITE_STATIC);
  const bool done = sqlite3_step(statement) == SQLITE_DONE;
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  if (done) state_->Execute(KeepNewest("contexts", kMaxContexts));
  if (!state_->Execute(done ? "COMMIT" : "ROLLBACK")) state_->Execute("ROLLBACK");
}

std::optional<PlacedPiece> HintDatabase::FindPiece(const Digest& key) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->Ready()) return std::nullopt;
  sqlite3_stmt* const statement = state_->find_piece.get();
  BindDigest(statement, 1, key);
  std::optional<PlacedPiece> placed;
  if (sqlite3_step(statement) == SQLITE_ROW) {
    const std::optional<Digest> blob = DigestAt(statement, 0);
    const std::optional<Digest> digest = DigestAt(statement, 1);
    if (blob && digest) {
      placed = PlacedPiece{
          .blob = *blob,
          .piece = {.key = key,
                    .digest = *digest,
                    .offset = static_cast<uint64_t>(sqlite3_column_int64(statement, 2)),
                    .size_bytes = static_cast<uint64_t>(sqlite3_column_int64(statement, 3))}};
    }
  }
  sqlite3_reset(statement);
  return placed;
}

void HintDatabase::PutPieces(const Digest& blob, const std::vector<PieceRecord>& pieces) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->Ready() || state_->put_piece == nullptr) return;
  if (!state_->Execute("BEGIN IMMEDIATE")) return;
  sqlite3_stmt* const statement = state_->put_piece.get();
  bool done = true;
  for (const PieceRecord& piece : pieces) {
    BindDigest(statement, 1, piece.key);
    BindDigest(statement, 2, blob);
    BindDigest(statement, 3, piece.digest);
    sqlite3_bind_int64(statement, 4, static_cast<sqlite3_int64>(piece.offset));
    sqlite3_bind_int64(statement, 5, static_cast<sqlite3_int64>(piece.size_bytes));
    done = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    if (!done) break;
  }
  if (done) state_->Execute(KeepNewest("pieces", kMaxPieces));
  if (!state_->Execute(done ? "COMMIT" : "ROLLBACK")) state_->Execute("ROLLBACK");
}

}  // namespace cooper
