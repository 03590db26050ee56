#include "backends/store/upkeep/record_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <optional>
#include <set>

#include "backends/store/blob_files.h"
#include "backends/store/directory/tree_removal.h"
#include "backends/store/upkeep/snapshot_check.h"

namespace cooper {
namespace {

// Of a serialized index: as Store::LoadIndex.
constexpr size_t kMaxIndexBytes = size_t{1} << 30;

StoreItem BlobItem(const Digest& digest) {
  StoreItem item;
  item.digest = digest;
  return item;
}

StoreItem SnapshotItem(const Digest& id, SnapshotForm form) {
  StoreItem item;
  item.type = StoreItemType::kSnapshot;
  item.digest = id;
  item.form = form;
  return item;
}

std::function<Status()> Removing(ItemRemoval* removal, StoreItem item) {
  if (removal == nullptr) return {};
  return [removal, item = std::move(item)]() -> Status {
    const Result<std::vector<StoreItem>> gone = removal->Remove({item}, /*used_too=*/true, {});
    if (!gone.ok()) return gone.error();
    return Ok();
  };
}

class RecordChecker {
 public:
  RecordChecker(const StoreDirectory& directory, RecordDatabase& records, ItemRemoval* removal)
      : directory_(directory), blobs_(directory, nullptr), records_(records), removal_(removal) {}

  Status Check(const Digest& id, const LayerRecord& record) {
    const std::string layer = fmt::format("record of layer `{}`", id.Hex());
    if (record.blob) {
      const std::optional<uint64_t> size_bytes = blobs_.Size(record.blob->digest);
      if (size_bytes != record.blob->size_bytes) {
        const auto text =
            size_bytes
                ? fmt::format("{}: its blob `{}` has {} bytes instead of {}", layer,
                              record.blob->digest.Hex(), *size_bytes, record.blob->size_bytes)
                : fmt::format("{}: its blob `{}` is not there", layer, record.blob->digest.Hex());
        COOPER_RETURN_IF_ERROR(
            Add(id, text, BlobItem(record.blob->digest),
                [&](const LayerRecord& now) { return now.blob == record.blob; }));
      }
    }
    std::optional<LayerIndex> index;
    if (record.index) {
      Result<LayerIndex> loaded = Load(*record.index);
      if (loaded.ok()) {
        index = std::move(*loaded);
      } else {
        COOPER_RETURN_IF_ERROR(Add(
            id, fmt::format("{}: its index cannot be used: {}", layer, loaded.error().message()),
            BlobItem(*record.index),
            [&](const LayerRecord& now) { return now.index == record.index; }));
      }
    }
    if (record.snapshot) COOPER_RETURN_IF_ERROR(CheckSnapshots(id, layer, index));
    return Ok();
  }

  void CheckResults(const RecordSnapshot& seen) {
    std::set<Digest> known;
    for (const auto& [id, record] : seen.layers) known.insert(id);
    for (const auto& [key, layer] : seen.results) {
      if (known.contains(layer)) continue;
      faults_.push_back(
          {fmt::format("result `{}`: there is no record of its layer `{}`", key.Hex(), layer.Hex()),
           Removing(removal_, SnapshotItem(layer, SnapshotForm::kTrusted))});
    }
    for (const auto& [url, blob] : seen.downloads) {
      if (blobs_.Size(blob)) continue;
      faults_.push_back(
          {fmt::format("record of a download: its blob `{}` is not there", blob.Hex()),
           Removing(removal_, BlobItem(blob))});
    }
  }

  std::vector<StoreFault> Take() { return std::move(faults_); }
  size_t snapshots() const { return snapshots_; }

 private:
  Result<LayerIndex> Load(const Digest& blob) const {
    COOPER_ASSIGN_OR_RETURN(const std::string bytes, blobs_.Read(blob, kMaxIndexBytes));
    return LayerIndex::Parse(bytes);
  }

  Status CheckSnapshots(const Digest& id, const std::string& layer,
                        const std::optional<LayerIndex>& index) {
    bool any = false;
    for (const SnapshotForm form : kSnapshotForms) {
      const StoreItem item = SnapshotItem(id, form);
      struct stat status{};
      if (fstatat(directory_.snapshots.get(), (item.FileName() + "/root").c_str(), &status,
                  AT_SYMLINK_NOFOLLOW) != 0 ||
          !S_ISDIR(status.st_mode)) {
        continue;
      }
      any = true;
      ++snapshots_;
      if (!index) continue;
      if (const auto fault = SnapshotFault(directory_, item.FileName(), *index)) {
        faults_.push_back(
            {fmt::format("snapshot `{}`: {}", item.FileName(), *fault), Removing(removal_, item)});
      }
    }
    if (any) return Ok();
    return Add(id, fmt::format("{}: its snapshot is not there", layer),
               SnapshotItem(id, SnapshotForm::kTrusted),
               [](const LayerRecord& now) { return now.snapshot; });
  }

  template <typename StillSo>
  Status Add(const Digest& id, std::string text, StoreItem item, const StillSo& still_so) {
    COOPER_ASSIGN_OR_RETURN(const std::optional<LayerRecord> now, records_.Find(id));
    if (!now || !still_so(*now)) return Ok();
    faults_.push_back({std::move(text), Removing(removal_, std::move(item))});
    return Ok();
  }

  const StoreDirectory& directory_;
  const BlobFiles blobs_;
  RecordDatabase& records_;
  ItemRemoval* const removal_;
  std::vector<StoreFault> faults_;
  size_t snapshots_ = 0;
};

}  // namespace

Result<RecordSnapshot> ReadRecords(RecordDatabase& records) {
  RecordSnapshot seen;
  seen.known = true;
  // Results before layers: a result is recorded after its layer.
  COOPER_ASSIGN_OR_RETURN(seen.results, records.Results());
  COOPER_ASSIGN_OR_RETURN(seen.downloads, records.Downloads());
  COOPER_ASSIGN_OR_RETURN(seen.layers, records.All());
  return seen;
}

std::vector<StoreFault> BlobFaults(const StoreDirectory& directory, std::vector<BadBlob> bad,
                                   ItemRemoval* removal) {
  std::vector<StoreFault> faults;
  for (BadBlob& blob : bad) {
    StoreFault& fault = faults.emplace_back();
    fault.text = fmt::format("blob `{}`: {}", blob.name, blob.fault);
    if (const std::optional<Digest> digest = Digest::FromHex(blob.name)) {
      fault.mend = Removing(removal, BlobItem(*digest));
    } else if (removal != nullptr) {
      fault.mend = [&directory, name = std::move(blob.name)]() -> Status {
        const int error = RemoveTree(directory.blobs.get(), name);
        if (error == 0) return Ok();
        return StoreError(fmt::format("cannot remove the blob `{}`", name), error);
      };
    }
  }
  return faults;
}

Result<std::vector<StoreFault>> RecordFaults(const StoreDirectory& directory,
                                             RecordDatabase& records, const RecordSnapshot& seen,
                                             ItemRemoval* removal, size_t& snapshots) {
  RecordChecker checker(directory, records, removal);
  for (const auto& [id, record] : seen.layers) {
    COOPER_RETURN_IF_ERROR(checker.Check(id, record));
  }
  checker.CheckResults(seen);
  snapshots = checker.snapshots();
  return checker.Take();
}

}  // namespace cooper
