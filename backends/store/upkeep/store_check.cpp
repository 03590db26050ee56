#include "backends/store/upkeep/store_check.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "backends/store/directory/temporary_session.h"
#include "backends/store/upkeep/blob_check.h"
#include "backends/store/upkeep/item_removal.h"
#include "backends/store/upkeep/place_check.h"
#include "backends/store/upkeep/record_check.h"

namespace cooper {
namespace {

// What mends the store; null parts where it is only read.
struct Tools {
  std::unique_ptr<RecordDatabase> records;
  std::unique_ptr<ItemRemoval> removal;
};

// Damaged records are made anew when no build uses them: blobs and snapshots stay.
Result<Tools> OpenTools(const StoreDirectory& parts, bool repair, StoreCheck& check) {
  Tools tools;
  if (RecordDatabase::IsDamaged(parts.RecordsPath())) {
    const std::string fault = fmt::format("the records `{}` are damaged", parts.RecordsPath());
    if (!repair || CountSessions(parts.temporary.get()) > 0) {
      check.faults.push_back(repair ? fault + "; a running build uses them" : fault);
      return tools;
    }
    COOPER_RETURN_IF_ERROR(RecordDatabase::Remove(parts.RecordsPath()));
    ++check.repaired;
  }
  COOPER_ASSIGN_OR_RETURN(tools.records, repair ? RecordDatabase::Open(parts.RecordsPath())
                                                : RecordDatabase::OpenToRead(parts.RecordsPath()));
  if (repair) {
    COOPER_ASSIGN_OR_RETURN(tools.removal, ItemRemoval::Start(parts, *tools.records));
  }
  return tools;
}

// Faults of one kind that are mended alike.
Status Settle(std::vector<StoreFault> faults, bool repair, std::vector<std::string>& list,
              size_t& repaired) {
  for (StoreFault& fault : faults) {
    if (repair && fault.mend) {
      COOPER_RETURN_IF_ERROR(fault.mend());
      ++repaired;
    } else {
      list.push_back(std::move(fault.text));
    }
  }
  return Ok();
}

}  // namespace

Result<StoreCheck> CheckStore(const std::string& directory, const CheckStoreOptions& options,
                              std::stop_token stop) {
  COOPER_ASSIGN_OR_RETURN(const StoreDirectory parts, options.repair
                                                          ? StoreDirectory::Open(directory)
                                                          : StoreDirectory::OpenToRead(directory));
  StoreCheck check;
  if (!parts.root.ok()) {
    return Error(DiagnosticKind::kStore, fmt::format("there is no store in `{}`", directory));
  }
  COOPER_ASSIGN_OR_RETURN(const Tools tools, OpenTools(parts, options.repair, check));
  // Read before the blobs: what they name was there before them.
  RecordSnapshot seen;
  if (tools.records != nullptr) {
    COOPER_ASSIGN_OR_RETURN(seen, ReadRecords(*tools.records));
  }

  COOPER_ASSIGN_OR_RETURN(BlobCheck blobs, CheckBlobs(parts, options, stop));
  check.blobs = blobs.blobs;
  check.blob_bytes = blobs.bytes;
  check.layers = seen.layers.size();
  const auto settle = [&](std::vector<StoreFault> faults, std::vector<std::string>& list) {
    return Settle(std::move(faults), options.repair, list, check.repaired);
  };
  const auto interrupted = [&]() -> Status {
    if (!stop.stop_requested()) return Ok();
    return Error(DiagnosticKind::kInterrupted, "the check was interrupted");
  };
  COOPER_RETURN_IF_ERROR(interrupted());
  COOPER_RETURN_IF_ERROR(
      settle(BlobFaults(parts, std::move(blobs.bad), tools.removal.get()), check.faults));
  if (tools.records != nullptr) {
    COOPER_ASSIGN_OR_RETURN(
        std::vector<StoreFault> faults,
        RecordFaults(parts, *tools.records, seen, tools.removal.get(), check.snapshots));
    COOPER_RETURN_IF_ERROR(interrupted());
    COOPER_RETURN_IF_ERROR(settle(std::move(faults), check.faults));
  }
  COOPER_RETURN_IF_ERROR(settle(PlaceFaults(parts), check.faults));
  COOPER_RETURN_IF_ERROR(settle(Leftovers(parts, seen, tools.removal.get()), check.leftovers));
  return check;
}

}  // namespace cooper
