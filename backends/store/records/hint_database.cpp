#include "backends/store/records/hint_database.h"

#include <sqlite3.h>

#include <utility>

#include "backends/store/records/lossy_database.h"

namespace cooper {
namespace {

constexpr const char* kTables = R"(
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

constexpr const char* kFindContext = "SELECT digests FROM contexts WHERE context = ?1";
constexpr const char* kPutContext = "INSERT OR REPLACE INTO contexts VALUES (?1, ?2)";
constexpr const char* kFindPiece = "SELECT blob, digest, offset, size FROM pieces WHERE key = ?1";
constexpr const char* kPutPiece = "INSERT OR REPLACE INTO pieces VALUES (?1, ?2, ?3, ?4, ?5)";

}  // namespace

HintDatabase::HintDatabase(std::string path, DatabaseUse use)
    : database_(std::make_unique<LossyDatabase>(std::move(path), use, kTables)) {}

HintDatabase::~HintDatabase() = default;

std::optional<std::string> HintDatabase::FindContext(const Digest& context) {
  const std::lock_guard lock(mutex_);
  std::optional<std::string> bytes;
  sqlite3_stmt* const statement = database_->Prepare(kFindContext);
  if (statement == nullptr) return bytes;
  BindDigest(statement, 1, context);
  LossyDatabase::ReadRows(statement, [&](sqlite3_stmt* row) {
    bytes = BytesAt(row, 0);
    return false;
  });
  return bytes;
}

void HintDatabase::PutContext(const Digest& context, std::string_view bytes) {
  if (bytes.size() > kMaxContextBytes) return;
  const std::lock_guard lock(mutex_);
  database_->Write([&] {
    sqlite3_stmt* const statement = database_->Prepare(kPutContext);
    if (statement == nullptr) return false;
    BindDigest(statement, 1, context);
    BindBytes(statement, 2, bytes);
    return LossyDatabase::Step(statement) &&
           database_->Execute(KeepNewest("contexts", kMaxContexts));
  });
}

std::optional<PlacedPiece> HintDatabase::FindPiece(const Digest& key) {
  const std::lock_guard lock(mutex_);
  std::optional<PlacedPiece> placed;
  sqlite3_stmt* const statement = database_->Prepare(kFindPiece);
  if (statement == nullptr) return placed;
  BindDigest(statement, 1, key);
  LossyDatabase::ReadRows(statement, [&](sqlite3_stmt* row) {
    const std::optional<Digest> blob = DigestAt(row, 0);
    const std::optional<Digest> digest = DigestAt(row, 1);
    if (!blob || !digest) return false;
    placed =
        PlacedPiece{.blob = *blob,
                    .piece = {.key = key,
                              .digest = *digest,
                              .offset = static_cast<uint64_t>(sqlite3_column_int64(row, 2)),
                              .size_bytes = static_cast<uint64_t>(sqlite3_column_int64(row, 3))}};
    return false;
  });
  return placed;
}

void HintDatabase::PutPieces(const Digest& blob, const std::vector<PieceRecord>& pieces) {
  const std::lock_guard lock(mutex_);
  database_->Write([&] {
    sqlite3_stmt* const statement = database_->Prepare(kPutPiece);
    if (statement == nullptr) return false;
    for (const PieceRecord& piece : pieces) {
      BindDigest(statement, 1, piece.key);
      BindDigest(statement, 2, blob);
      BindDigest(statement, 3, piece.digest);
      sqlite3_bind_int64(statement, 4, static_cast<sqlite3_int64>(piece.offset));
      sqlite3_bind_int64(statement, 5, static_cast<sqlite3_int64>(piece.size_bytes));
      if (!LossyDatabase::Step(statement)) return false;
    }
    return database_->Execute(KeepNewest("pieces", kMaxPieces));
  });
}

}  // namespace cooper
