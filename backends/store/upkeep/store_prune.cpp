#include "backends/store/upkeep/store_prune.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "backends/store/upkeep/item_removal.h"
#include "backends/store/upkeep/place_check.h"

namespace cooper {
namespace {

// So many go with the gate closed.
constexpr size_t kBatch = 32;

// How much must go, as far as the policy says.
class Target {
 public:
  Target(const PrunePolicy& policy, uint64_t items_bytes, const ScopedFd& root) {
    if (policy.max_bytes) Need(items_bytes, *policy.max_bytes);
    if (struct statvfs status{}; policy.min_free_bytes && fstatvfs(root.get(), &status) == 0) {
      Need(*policy.min_free_bytes, uint64_t{status.f_bavail} * status.f_frsize);
    }
    limited_ = policy.max_bytes || policy.min_free_bytes;
  }
  bool Met(uint64_t freed_bytes) const { return limited_ && freed_bytes >= needed_bytes_; }
  bool Missed(uint64_t freed_bytes) const { return limited_ && freed_bytes < needed_bytes_; }

 private:
  void Need(uint64_t more, uint64_t less) {
    if (more > less) needed_bytes_ = std::max(needed_bytes_, more - less);
  }

  bool limited_ = false;
  uint64_t needed_bytes_ = 0;
};

// What the policy takes, the longest unused first.
std::vector<StoreItem> Candidates(const StoreInventory& inventory, const PrunePolicy& policy,
                                  int64_t now_ns, size_t& in_use) {
  std::vector<StoreItem> candidates;
  for (const StoreItem& item : inventory.items) {
    if (item.index || (policy.only_replaced && !item.replaced)) continue;
    if (!policy.types.empty() && !policy.types.contains(item.type)) continue;
    if (now_ns - item.used_ns < policy.keep_duration_ns) continue;
    if (item.in_use) {
      ++in_use;
    } else {
      candidates.push_back(item);
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const StoreItem& a, const StoreItem& b) { return a.used_ns < b.used_ns; });
  return candidates;
}

uint64_t SizeOf(const std::vector<StoreItem>& items) {
  uint64_t bytes = 0;
  for (const StoreItem& item : items) bytes += item.size_bytes;
  return bytes;
}

// Uses that were noted while the clock was ahead would never be long ago.
Status MendFutureUses(RecordDatabase& records, int64_t now_ns) {
  COOPER_ASSIGN_OR_RETURN(const auto uses, records.Uses());
  std::vector<Digest> future;
  for (const auto& [item, used_ns] : uses) {
    if (used_ns > now_ns) future.push_back(item);
  }
  return records.NoteUses(future, now_ns);
}

}  // namespace

Result<PruneOutcome> PruneStore(const std::string& directory, const PrunePolicy& policy,
                                std::stop_token stop) {
  COOPER_ASSIGN_OR_RETURN(const StoreDirectory parts, policy.dry_run
                                                          ? StoreDirectory::OpenToRead(directory)
                                                          : StoreDirectory::Open(directory));
  PruneOutcome outcome;
  if (!parts.root.ok()) return outcome;
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<RecordDatabase> records,
                          policy.dry_run ? RecordDatabase::OpenToRead(parts.RecordsPath())
                                         : RecordDatabase::Open(parts.RecordsPath()));
  const int64_t now_ns = NowNanoseconds();
  std::unique_ptr<ItemRemoval> removal;
  if (!policy.dry_run) {
    COOPER_RETURN_IF_ERROR(MendFutureUses(*records, now_ns));
    COOPER_ASSIGN_OR_RETURN(removal, ItemRemoval::Start(parts, *records));
    for (const StoreFault& leftover : Leftovers(parts, RecordSnapshot(), removal.get())) {
      COOPER_RETURN_IF_ERROR(leftover.mend());
    }
  }
  COOPER_ASSIGN_OR_RETURN(const StoreInventory inventory,
                          TakeInventory(parts, records.get(), now_ns));
  const std::vector<StoreItem> candidates = Candidates(inventory, policy, now_ns, outcome.in_use);
  const Target target(policy, inventory.items_bytes(), parts.root);

  for (auto next = candidates.begin();
       next != candidates.end() && !target.Met(outcome.freed_bytes);) {
    if (stop.stop_requested()) {
      return Error(DiagnosticKind::kInterrupted, "the prune was interrupted");
    }
    std::vector<StoreItem> batch;
    while (next != candidates.end() && batch.size() < kBatch &&
           !target.Met(outcome.freed_bytes + SizeOf(batch))) {
      batch.push_back(*next++);
    }
    std::vector<StoreItem> gone = batch;
    if (removal != nullptr) {
      COOPER_ASSIGN_OR_RETURN(gone, removal->Remove(batch, /*used_too=*/false, stop));
    }
    outcome.freed_bytes += SizeOf(gone);
    outcome.removed.insert(outcome.removed.end(), gone.begin(), gone.end());
  }
  outcome.target_met = !target.Missed(outcome.freed_bytes);
  return outcome;
}

}  // namespace cooper
