// What former builds were made of: to explain why a step runs again. In a SQLite file of
// its own.
//
// Nothing here fails: see LossyDatabase. Thread-safe.

#ifndef COOPER_BACKENDS_STORE_RECORDS_BUILD_HISTORY_H_
#define COOPER_BACKENDS_STORE_RECORDS_BUILD_HISTORY_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backends/store/records/database_use.h"
#include "ir/base/digest.h"

namespace cooper {

class LossyDatabase;

// A cache key that a build had.
struct KeyRecord {
  Digest key;
  Digest project;        // of what the builds of one Dockerfile have in common
  std::string title;     // "RUN make"
  std::string name;      // of the vertex, "build.run2"
  std::string text;      // what the key was made of
  bool complete = true;  // else an older text stays, if there is one
};

class BuildHistory {
 public:
  // Oldest lost first.
  static constexpr int kMaxKeys = 20'000;
  static constexpr size_t kMaxKeyBytes = size_t{16} << 20;   // of one text
  static constexpr size_t kMaxTextBytes = size_t{64} << 20;  // of all
  static constexpr int kMaxBuilds = 50;

  BuildHistory(std::string path, DatabaseUse use);
  ~BuildHistory();

  void PutKeys(const std::vector<KeyRecord>& keys);
  std::optional<KeyRecord> FindKey(const Digest& key);
  // The newest of `project` with this title, else with this name.
  std::optional<KeyRecord> NewestKey(const Digest& project, const std::string& title,
                                     const std::string& name);

  // A report of what a build did; the newest one.
  void PutBuild(const Digest& project, const std::string& report);
  std::optional<std::string> NewestBuild(const Digest& project);

 private:
  bool PutKey(const KeyRecord& key);
  std::optional<KeyRecord> ReadKey(const char* sql, const Digest& first, const std::string* text);

  std::mutex mutex_;
  std::unique_ptr<LossyDatabase> database_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_RECORDS_BUILD_HISTORY_H_
