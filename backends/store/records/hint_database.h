// What makes later builds faster and may be lost: digests of files of contexts, and where
// the pieces of layers are. In a SQLite file of its own.
//
// Nothing here fails: see LossyDatabase. Thread-safe.

#ifndef COOPER_BACKENDS_STORE_RECORDS_HINT_DATABASE_H_
#define COOPER_BACKENDS_STORE_RECORDS_HINT_DATABASE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/store/records/database_use.h"
#include "backends/store/records/layer_record.h"
#include "ir/base/digest.h"

namespace cooper {

class LossyDatabase;

struct PlacedPiece {
  Digest blob;
  PieceRecord piece;
};

class HintDatabase {
 public:
  // The newest stay. A piece has about 0.5 MB: enough for 150 GB of layers.
  static constexpr int kMaxPieces = 300'000;
  static constexpr int kMaxContexts = 32;
  static constexpr size_t kMaxContextBytes = size_t{128} << 20;

  HintDatabase(std::string path, DatabaseUse use);
  ~HintDatabase();

  std::optional<std::string> FindContext(const Digest& context);
  void PutContext(const Digest& context, std::string_view bytes);

  std::optional<PlacedPiece> FindPiece(const Digest& key);
  void PutPieces(const Digest& blob, const std::vector<PieceRecord>& pieces);

 private:
  std::mutex mutex_;
  std::unique_ptr<LossyDatabase> database_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORDS_HINT_DATABASE_H_
