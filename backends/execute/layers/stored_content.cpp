#include "backends/execute/layers/stored_content.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "backends/execute/layers/open_layer_blob.h"
#include "backends/filesystem/disk/directory_content.h"

namespace cooper {
namespace {

// Each has a file open.
constexpr size_t kWaitingScans = 8;

// A layer's blob, read up to some entry.
struct Scan {
  Digest layer_id;
  std::unique_ptr<LayerEntries> entries;
  uint64_t next = 0;  // number of the entry that comes next
};

// Numbers of a layer's files with content, by path: of several the last counts.
using FileNumbers = std::map<std::string, uint64_t, std::less<>>;

}  // namespace

// Owns trees, and in them StoredLayers, so those must not own it.
struct StoredContents::State {
  // The scan of the layer that is nearest to entry `number` and not beyond it.
  std::optional<Scan> Take(const Digest& layer_id, uint64_t number) {
    const std::lock_guard lock(mutex);
    auto best = waiting.end();
    for (auto scan = waiting.begin(); scan != waiting.end(); ++scan) {
      if (scan->layer_id != layer_id || scan->next > number) continue;
      if (best == waiting.end() || best->next < scan->next) best = scan;
    }
    if (best == waiting.end()) return std::nullopt;
    Scan taken = std::move(*best);
    waiting.erase(best);
    return taken;
  }
  void GiveBack(Scan scan) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(scan));
    if (waiting.size() > kWaitingScans) waiting.pop_front();
  }

  std::mutex mutex;
  std::list<Scan> waiting;  // the longest first
};

namespace {

template <typename Pool>
class BlobFileReader : public ContentReader {
 public:
  BlobFileReader(std::weak_ptr<Pool> pool, Scan scan)
      : pool_(std::move(pool)), scan_(std::move(scan)) {}
  ~BlobFileReader() override {
    if (failed_) return;
    if (const std::shared_ptr<Pool> pool = pool_.lock()) pool->GiveBack(std::move(scan_));
  }
  BlobFileReader(const BlobFileReader&) = delete;
  BlobFileReader& operator=(const BlobFileReader&) = delete;

  Result<size_t> Read(std::span<char> buffer) override {
    Result<size_t> size = scan_.entries->content().Read(buffer);
    failed_ |= !size.ok();
    return size;
  }

 private:
  const std::weak_ptr<Pool> pool_;
  Scan scan_;
  bool failed_ = false;
};

template <typename Pool>
class StoredLayer : public ContentStore {
 public:
  StoredLayer(Store& store, const ArchiveLimits& limits, std::weak_ptr<Pool> pool, const Digest& id,
              FileTree lower)
      : store_(store), limits_(limits), pool_(std::move(pool)), id_(id), lower_(std::move(lower)) {}

  Result<std::unique_ptr<ContentReader>> Open(const TreeEntry& entry) const override {
    COOPER_ASSIGN_OR_RETURN(const std::shared_ptr<const ContentStore> files, Snapshot());
    if (files != nullptr) return files->Open(entry);
    return OpenInBlob(entry);
  }

 private:
  Result<std::shared_ptr<const ContentStore>> Snapshot() const {
    const std::lock_guard lock(mutex_);
    if (snapshot_ != nullptr) return snapshot_;
    COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(id_));
    if (!record || !record->snapshot) return std::shared_ptr<const ContentStore>();
    const std::string path = store_.SnapshotPath(id_);
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
      return ErrnoError(DiagnosticKind::kStore, "cannot open the snapshot `" + path + "`", errno);
    }
    snapshot_ = DirectoryContent(fd);
    return snapshot_;
  }

  Result<Scan> NewScan() const {
    COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> record, store_.FindLayer(id_));
    if (!record || !record->blob) {
      return Error(DiagnosticKind::kStore,
                   fmt::format("the store has lost layer {}; build once more", id_.ToString()));
    }
    Scan scan{.layer_id = id_, .entries = nullptr, .next = 0};
    COOPER_ASSIGN_OR_RETURN(scan.entries, OpenLayerBlob(store_, *record->blob, lower_, limits_));
    return scan;
  }

  // Nothing when the layer has no such file.
  Result<std::optional<uint64_t>> NumberOf(const TreeEntry& entry) const {
    const std::lock_guard lock(mutex_);
    if (!numbers_) {
      FileNumbers numbers;
      COOPER_ASSIGN_OR_RETURN(Scan scan, NewScan());
      for (;; ++scan.next) {
        COOPER_ASSIGN_OR_RETURN(const std::optional<TreeEntry> next, scan.entries->Next());
        if (!next) break;
        if (next->type == EntryType::kFile) numbers.insert_or_assign(next->path, scan.next);
      }
      numbers_ = std::move(numbers);
    }
    const auto found = numbers_->find(entry.path);
    return found == numbers_->end() ? std::optional<uint64_t>() : found->second;
  }

  Result<std::unique_ptr<ContentReader>> OpenInBlob(const TreeEntry& entry) const {
    COOPER_ASSIGN_OR_RETURN(const std::optional<uint64_t> number, NumberOf(entry));
    if (number) {
      std::optional<Scan> scan;
      if (const std::shared_ptr<Pool> pool = pool_.lock()) scan = pool->Take(id_, *number);
      if (!scan) {
        COOPER_ASSIGN_OR_RETURN(scan, NewScan());
      }
      std::optional<TreeEntry> found;
      for (; scan->next <= *number; ++scan->next) {
        COOPER_ASSIGN_OR_RETURN(found, scan->entries->Next());
        if (!found) break;
      }
      if (found && found->size_bytes == entry.size_bytes) {
        return std::unique_ptr<ContentReader>(
            std::make_unique<BlobFileReader<Pool>>(pool_, *std::move(scan)));
      }
    }
    return Error(DiagnosticKind::kLayerInvalid,
                 fmt::format("layer {} has no file `{}` of {} bytes", id_.ToString(), entry.path,
                             entry.size_bytes));
  }

  Store& store_;
  const ArchiveLimits limits_;
  const std::weak_ptr<Pool> pool_;
  const Digest id_;
  const FileTree lower_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const ContentStore> snapshot_;
  mutable std::optional<FileNumbers> numbers_;
};

}  // namespace

StoredContents::StoredContents(Store& store, const ArchiveLimits& limits)
    : store_(store), limits_(limits), state_(std::make_shared<State>()) {}

StoredContents::~StoredContents() = default;

std::shared_ptr<const ContentStore> StoredContents::Of(const Digest& layer_id, FileTree lower) {
  return std::make_shared<StoredLayer<State>>(store_, limits_, state_, layer_id, std::move(lower));
}

}  // namespace cooper
