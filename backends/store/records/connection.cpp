#include "backends/store/records/connection.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>

#include "backends/store/directory/file_calls.h"

namespace cooper {

void CloseDatabase::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void FinalizeStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Error DatabaseError(const std::string& path, sqlite3* database, int code) {
  const int primary = code & 0xff;
  if (primary == SQLITE_NOTADB || primary == SQLITE_CORRUPT) {
    return Error(DiagnosticKind::kStore,
                 fmt::format("`{}` is damaged or no database; remove it with its `-wal` and `-shm` "
                             "files: blobs and snapshots stay, the next build records anew",
                             path));
  }
  const std::string action = fmt::format("cannot use the records `{}`", path);
  if (primary == SQLITE_FULL) return StoreError(action, ENOSPC);
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
    return Error(DiagnosticKind::kStore,
                 fmt::format("{}: another process has held them for {} s; end that process", action,
                             kBusyTimeoutMs / 1000));
  }
  const int system_error = database == nullptr ? 0 : sqlite3_system_errno(database);
  if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && system_error != 0) {
    return StoreError(action, system_error);
  }
  return Error(DiagnosticKind::kStore,
               fmt::format("{}: {}; choose another --store", action,
                           database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database)));
}

void BindDigest(sqlite3_stmt* statement, int place, const std::optional<Digest>& digest) {
  if (!digest) {
    sqlite3_bind_null(statement, place);
    return;
  }
  sqlite3_bind_blob(statement, place, digest->bytes().data(), Digest::kBytes, SQLITE_TRANSIENT);
}

void BindText(sqlite3_stmt* statement, int place, const std::string& text) {
  sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

std::optional<Digest> DigestAt(sqlite3_stmt* statement, int column) {
  const void* const data = sqlite3_column_blob(statement, column);
  if (data == nullptr || sqlite3_column_bytes(statement, column) != Digest::kBytes) {
    return std::nullopt;
  }
  std::array<uint8_t, Digest::kBytes> bytes{};
  std::copy_n(static_cast<const uint8_t*>(data), bytes.size(), bytes.begin());
  return Digest(bytes);
}

std::string TextAt(sqlite3_stmt* statement, int column) {
  const unsigned char* const text = sqlite3_column_text(statement, column);
  if (text == nullptr) return {};
  return std::string(reinterpret_cast<const char*>(text),
                     static_cast<size_t>(sqlite3_column_bytes(statement, column)));
}

std::string ReadOnlyUri(std::string_view path, std::string_view option) {
  std::string uri = "file:";
  for (const char byte : path) {
    const bool plain = std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '/';
    uri += plain ? std::string(1, byte) : fmt::format("%{:02x}", static_cast<unsigned char>(byte));
  }
  return uri + fmt::format("?mode=ro{}", option);
}

Status Connection::Execute(const char* sql) {
  const int code = sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return Fail(sqlite3_extended_errcode(database.get()));
  return Ok();
}

Result<Statement> Connection::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(database.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Fail(sqlite3_extended_errcode(database.get()));
  return Statement(statement);
}

Result<int> Connection::ReadNumber(const char* sql) {
  COOPER_ASSIGN_OR_RETURN(const Statement statement, Prepare(sql));
  const int code = sqlite3_step(statement.get());
  if (code != SQLITE_ROW) return Fail(code);
  return sqlite3_column_int(statement.get(), 0);
}

Status Connection::Finish(sqlite3_stmt* statement) {
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (code != SQLITE_DONE) return Fail(code);
  return Ok();
}

}  // namespace cooper
