#include "backends/store/sqlite_handles.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace cooper {

void CloseDatabase::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

void FinalizeStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void BindDigest(sqlite3_stmt* statement, int place, const std::optional<Digest>& digest) {
  if (!digest) {
    sqlite3_bind_null(statement, place);
    return;
  }
  sqlite3_bind_blob(statement, place, digest->bytes().data(), Digest::kBytes, SQLITE_TRANSIENT);
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

std::string ReadOnlyUri(std::string_view path, std::string_view option) {
  std::string uri = "file:";
  for (const char byte : path) {
    const bool plain = std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '/';
    uri += plain ? std::string(1, byte) : fmt::format("%{:02x}", static_cast<unsigned char>(byte));
  }
  return uri + fmt::format("?mode=ro{}", option);
}

}  // namespace cooper
