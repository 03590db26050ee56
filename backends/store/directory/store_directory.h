// The store's directory and its parts, opened once by descriptor.

#ifndef COOPER_BACKENDS_STORE_DIRECTORY_STORE_DIRECTORY_H_
#define COOPER_BACKENDS_STORE_DIRECTORY_STORE_DIRECTORY_H_

#include <string>

#include "backends/store/directory/file_calls.h"
#include "ir/base/result.h"

namespace cooper {

struct StoreDirectory {
  std::string path;  // absolute, without links
  ScopedFd root;
  ScopedFd blobs;  // blobs/sha256
  ScopedFd snapshots;
  ScopedFd caches;
  ScopedFd temporary;
  ScopedFd gate;  // prune.lock; see KeptItems

  // Makes what is missing, private to its user. kStore when `directory` is a link
  // or no directory, belongs to another user, or is open to others and holds
  // files that are not a store's (their owner did not mean it to be closed).
  static Result<StoreDirectory> Open(const std::string& directory);
  // Makes and changes nothing: the parts that are missing stay closed, and then
  // nothing is found in them. kStore as Open, but for what is open to others.
  static Result<StoreDirectory> OpenToRead(const std::string& directory);

  std::string TemporaryPath() const { return path + "/temporary"; }
  std::string SnapshotsPath() const { return path + "/snapshots"; }
  std::string CachesPath() const { return path + "/caches"; }
  std::string RecordsPath() const { return path + "/records.sqlite"; }
  // The number is raised when the tables change: files of other versions are left alone.
  std::string HintsPath() const { return path + "/hints-1.sqlite"; }
  std::string HistoryPath() const { return path + "/history-1.sqlite"; }
};

// The error of whoever writes to the store at `path` that was opened to read.
Error OnlyRead(const std::string& path);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_DIRECTORY_STORE_DIRECTORY_H_
