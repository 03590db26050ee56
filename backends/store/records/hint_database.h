// What makes later builds faster and may be lost: digests of files of contexts, and where
// the pieces of layers are. In a SQLite file of its own.
//
// Nothing here fails: what cannot be read is not known, what cannot be written is
// forgotten, and a damaged file is made anew. Opened when first needed. Thread-safe.

#ifndef COOPER_BACKENDS_STORE_RECORDS_HINT_DATABASE_H_
#define COOPER_BACKENDS_STORE_RECORDS_HINT_DATABASE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/store/records/layer_record.h"
#include "ir/base/digest.h"

namespace cooper {

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

  enum class Use : uint8_t { kRead, kWrite };

  HintDatabase(std::string path, Use use);
  ~HintDatabase();

  std::optional<std::string> FindContext(const Digest& context);
  void PutContext(const Digest& context, std::string_view bytes);

  std::optional<PlacedPiece> FindPiece(const Digest& key);
  void PutPieces(const Digest& blob, const std::vector<PieceRecord>& pieces);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORDS_HINT_DATABASE_H_
