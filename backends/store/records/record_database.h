// What the store knows of each layer, in SQLite: the adapter of that library.
//
// One connection, guarded by a mutex, in WAL mode, so that readers and a writer
// of several processes do not stop one another. A record that a power cut takes
// away costs a rebuild, so commits wait for no disk. Thread-safe.

#ifndef COOPER_BACKENDS_STORE_RECORDS_RECORD_DATABASE_H_
#define COOPER_BACKENDS_STORE_RECORDS_RECORD_DATABASE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/store/records/layer_record.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"

namespace cooper {

struct ReadableTables;

// What goes from a store.
struct LostParts {
  std::vector<Digest> blobs;
  std::vector<Digest> snapshots;  // layers that have one in no form any more
};

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

  // Whether the file is no database or fails SQLite's own check; false when there is none.
  static bool IsDamaged(const std::string& path);
  // Removes the file and those of its log; nobody may use them.
  static Status Remove(const std::string& path);

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

  // Notes that these layers and blobs (ids and digests) were needed at `time`, which is
  // in nanoseconds since 1970.
  Status NoteUses(const std::vector<Digest>& items, int64_t time_ns);
  // When each was needed last; nothing is known of what was never needed again.
  Result<std::map<Digest, int64_t>> Uses();

  Result<std::vector<std::pair<Digest, Digest>>> Results();    // cache key, layer
  Result<std::vector<std::pair<Digest, Digest>>> Downloads();  // URL, blob
  // Takes what is about to be removed out of the records, at once and for good: it is on
  // the disk when this returns. A layer of which nothing is left is forgotten with the
  // results that lead to it; `orphans` gets the indexes that no layer has any more.
  Status Forget(const LostParts& lost, std::vector<Digest>& orphans);

 private:
  struct State;
  static Status PrepareToRead(State& state, const ReadableTables& tables);
  static Result<std::unique_ptr<RecordDatabase>> OpenUri(const std::string& path,
                                                         std::string_view option);
  explicit RecordDatabase(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORDS_RECORD_DATABASE_H_
