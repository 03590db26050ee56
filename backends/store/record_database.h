// What the store knows of each layer, in SQLite: the adapter of that library.
//
// One connection, guarded by a mutex, in WAL mode, so that readers and a writer
// of several processes do not stop one another. A record that a power cut takes
// away costs a rebuild, so commits wait for no disk. Thread-safe.

#ifndef COOPER_BACKENDS_STORE_RECORD_DATABASE_H_
#define COOPER_BACKENDS_STORE_RECORD_DATABASE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/store/store.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"

namespace cooper {

class RecordDatabase {
 public:
  // Of the tables; a database with a higher one was written by a newer cooper.
  static constexpr int kSchemaVersion = 2;

  // Makes the file (0600) and its tables if needed. kStore when the file is no
  // database, not ours, damaged or newer; the message says what to do.
  static Result<std::unique_ptr<RecordDatabase>> Open(const std::string& path);
  // Changes nothing, also where nothing can be changed. Null when there are no
  // records, or those of a version that kept no results. The functions that find
  // something alone may be called.
  static Result<std::unique_ptr<RecordDatabase>> OpenToRead(const std::string& path);
  ~RecordDatabase();

  // As recorded: whether blobs and snapshots are there is the caller's question.
  // A blob's platform is not kept: the descriptor of a layer has none.
  Result<std::optional<LayerRecord>> Find(const Digest& id);
  Result<std::vector<std::pair<Digest, LayerRecord>>> All();
  // See Store::PutLayer.
  Status Put(const Digest& id, const LayerRecord& record);

  // See Store::FindResult and PutResult.
  Result<std::optional<Digest>> FindResult(const Digest& key);
  Status PutResult(const Digest& key, const Digest& layer_id);

  // See Store::FindDownload and PutDownload; whether the blob is there is the caller's
  // question.
  Result<std::optional<DownloadRecord>> FindDownload(const Digest& url);
  Status PutDownload(const Digest& url, const DownloadRecord& record);

  // SQLite's own faults with its file, one a line.
  Result<std::vector<std::string>> CheckIntegrity();

 private:
  struct State;
  static Result<std::unique_ptr<RecordDatabase>> OpenUri(const std::string& path,
                                                         std::string_view option);
  explicit RecordDatabase(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORD_DATABASE_H_
