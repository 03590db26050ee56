#include "cli/store/usage_report.h"

#include <fmt/format.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/store/size_text.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

struct Sum {
  std::string_view name;
  size_t items = 0;
  uint64_t bytes = 0;
  uint64_t in_use_bytes = 0;
  uint64_t replaced_bytes = 0;

  void Add(const StoreItem& item) {
    ++items;
    bytes += item.size_bytes;
    if (item.in_use) in_use_bytes += item.size_bytes;
    if (item.replaced && !item.in_use) replaced_bytes += item.size_bytes;
  }
  uint64_t reclaimable_bytes() const { return bytes - in_use_bytes; }
};

enum Row : size_t { kBlobs, kTrustedSnapshots, kUserSnapshots, kSingleSnapshots, kCaches, kRows };
using Sums = std::array<Sum, kRows>;

Row RowOf(SnapshotForm form) {
  switch (form) {
    case SnapshotForm::kTrusted:
      return kTrustedSnapshots;
    case SnapshotForm::kUser:
      return kUserSnapshots;
    case SnapshotForm::kSingle:
      break;
  }
  return kSingleSnapshots;
}

Sums SumUp(const StoreInventory& inventory) {
  Sums sums;
  sums[kBlobs].name = "blobs";
  sums[kTrustedSnapshots].name = "snapshots";
  sums[kUserSnapshots].name = "snapshots (userns)";
  sums[kSingleSnapshots].name = "snapshots (userns1)";
  sums[kCaches].name = "caches";
  for (const StoreItem& item : inventory.items) {
    switch (item.type) {
      case StoreItemType::kBlob:
        sums[kBlobs].Add(item);
        break;
      case StoreItemType::kSnapshot:
        sums[RowOf(item.form)].Add(item);
        break;
      case StoreItemType::kCache:
        sums[kCaches].Add(item);
        break;
    }
  }
  return sums;
}

Sum Total(const Sums& sums) {
  Sum total{.name = "total"};
  for (const Sum& sum : sums) {
    total.items += sum.items;
    total.bytes += sum.bytes;
    total.in_use_bytes += sum.in_use_bytes;
    total.replaced_bytes += sum.replaced_bytes;
  }
  return total;
}

// The largest first.
std::vector<const StoreItem*> Caches(const StoreInventory& inventory) {
  std::vector<const StoreItem*> caches;
  for (const StoreItem& item : inventory.items) {
    if (item.type == StoreItemType::kCache) caches.push_back(&item);
  }
  std::stable_sort(caches.begin(), caches.end(), [](const StoreItem* a, const StoreItem* b) {
    return a->size_bytes > b->size_bytes;
  });
  return caches;
}

std::string Line(const Sum& sum) {
  return fmt::format("{:<20}{:>7}{:>12}{:>12}{:>13}\n", sum.name, sum.items, SizeText(sum.bytes),
                     SizeText(sum.in_use_bytes), SizeText(sum.reclaimable_bytes()));
}

}  // namespace

std::string UsageText(const std::string& directory, const StoreInventory& inventory) {
  const Sums sums = SumUp(inventory);
  const Sum total = Total(sums);
  std::string text = fmt::format("store {}: {}\n\n", EscapeForTerminal(directory),
                                 SizeText(inventory.total_bytes()));
  text +=
      fmt::format("{:<20}{:>7}{:>12}{:>12}{:>13}\n", "", "items", "size", "in use", "reclaimable");
  for (const Sum& sum : sums) text += Line(sum);
  text += fmt::format("{:<20}{:>19}\n", "records", SizeText(inventory.records_bytes));
  text += fmt::format("{:<20}{:>19}\n", "temporary", SizeText(inventory.temporary_bytes));
  text += Line(total);
  text +=
      fmt::format("\n{} can go; {} of that was replaced by newer builds (`cooper store prune`)\n",
                  SizeText(total.reclaimable_bytes()), SizeText(total.replaced_bytes));
  if (inventory.sessions > 0) text += fmt::format("{} running builds use it\n", inventory.sessions);
  const std::vector<const StoreItem*> caches = Caches(inventory);
  if (!caches.empty()) text += "\ncaches\n";
  for (const StoreItem* cache : caches) {
    text += fmt::format("{:>12}  {}  {}{}{}\n", SizeText(cache->size_bytes),
                        TimeText(cache->used_ns), EscapeForTerminal(cache->cache_id),
                        cache->copy == "0" ? "" : fmt::format(" (copy {})", cache->copy),
                        cache->in_use ? " (in use)" : "");
  }
  return text;
}

std::string UsageJson(const std::string& directory, const StoreInventory& inventory) {
  const Sums sums = SumUp(inventory);
  const Sum total = Total(sums);
  const auto number = [](uint64_t value) { return static_cast<int64_t>(value); };
  const auto object = [&](const Sum& sum) {
    return llvm::json::Object{{"items", number(sum.items)},
                              {"bytes", number(sum.bytes)},
                              {"in_use_bytes", number(sum.in_use_bytes)},
                              {"reclaimable_bytes", number(sum.reclaimable_bytes())},
                              {"replaced_bytes", number(sum.replaced_bytes)}};
  };
  llvm::json::Array caches;
  for (const StoreItem* cache : Caches(inventory)) {
    caches.push_back(llvm::json::Object{{"id", llvm::json::fixUTF8(cache->cache_id)},
                                        {"key", cache->digest.Hex()},
                                        {"copy", cache->copy},
                                        {"bytes", number(cache->size_bytes)},
                                        {"last_used", TimeText(cache->used_ns)},
                                        {"in_use", cache->in_use}});
  }
  llvm::json::Object report{{"store", llvm::json::fixUTF8(directory)},
                            {"total_bytes", number(inventory.total_bytes())},
                            {"reclaimable_bytes", number(total.reclaimable_bytes())},
                            {"replaced_bytes", number(total.replaced_bytes)},
                            {"running_builds", number(inventory.sessions)},
                            {"blobs", object(sums[kBlobs])},
                            {"snapshots", object(sums[kTrustedSnapshots])},
                            {"userns_snapshots", object(sums[kUserSnapshots])},
                            {"userns1_snapshots", object(sums[kSingleSnapshots])},
                            {"cache_mounts", object(sums[kCaches])},
                            {"records_bytes", number(inventory.records_bytes)},
                            {"temporary_bytes", number(inventory.temporary_bytes)},
                            {"caches", std::move(caches)}};
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << llvm::formatv("{0:2}", llvm::json::Value(std::move(report))) << '\n';
  stream.flush();
  return text;
}

}  // namespace cooper
