#include "cli/store/store_commands.h"

#include <fmt/format.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "backends/sandbox/ladder/ladder.h"
#include "backends/store/upkeep/store_check.h"
#include "backends/store/upkeep/store_inventory.h"
#include "backends/store/upkeep/store_prune.h"
#include "cli/store/size_text.h"
#include "cli/store/store_place.h"
#include "cli/store/usage_report.h"
#include "ir/base/diagnostic_printer.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

int Fail(const Error& error, CliEnvironment& environment) {
  environment.err << FormatError(error, SourceFiles());
  return ExitCodeFor(error.kind());
}

// Where builds of this user enter a user namespace, files of the store belong to ids that only
// mean something in one.
void EnterAsBuildsDo(const std::string& store, CliEnvironment& environment) {
  if (const Result<std::string> directory = StorePlace(store, environment); directory.ok()) {
    // Where none can be entered no build has made such files.
    const Result<Footing> footing = ChooseRung(RungChoice(), *directory);
    if (footing.ok()) (void)StepOnto(footing->rung);
  }
  environment.single_threaded_part_is_over();
}

Status Check(const StoreCheckOptions& options, CliEnvironment& environment, bool& sound) {
  COOPER_ASSIGN_OR_RETURN(const std::string directory, StorePlace(options.store, environment));
  CheckStoreOptions check_options;
  check_options.repair = options.repair;
  check_options.progress = [&](const CheckStoreProgress& now) {
    environment.err << fmt::format("checked {} of {} blobs, {} of {}\n", now.blobs, now.all_blobs,
                                   SizeText(now.bytes), SizeText(now.all_bytes))
                    << std::flush;
  };
  COOPER_ASSIGN_OR_RETURN(const StoreCheck check,
                          CheckStore(directory, check_options, environment.interrupted));
  for (const std::string& fault : check.faults) {
    environment.out << "fault: " << EscapeForTerminal(fault) << '\n';
  }
  for (const std::string& leftover : check.leftovers) {
    environment.out << "left over: " << EscapeForTerminal(leftover) << '\n';
  }
  environment.out << fmt::format("{} blobs ({}), {} layers, {} snapshots: {} faults, {} left over",
                                 check.blobs, SizeText(check.blob_bytes), check.layers,
                                 check.snapshots, check.faults.size(), check.leftovers.size());
  if (options.repair) environment.out << fmt::format(", {} repaired", check.repaired);
  environment.out << '\n';
  sound = check.faults.empty();
  if (!sound && !options.repair) {
    environment.err
        << "`cooper store check --repair` removes what is damaged; builds make it anew\n";
  }
  return Ok();
}

Status Usage(const StoreUsageOptions& options, CliEnvironment& environment) {
  COOPER_ASSIGN_OR_RETURN(const std::string directory, StorePlace(options.store, environment));
  COOPER_ASSIGN_OR_RETURN(const StoreDirectory parts, StoreDirectory::OpenToRead(directory));
  std::unique_ptr<RecordDatabase> records;
  if (parts.root.ok()) {
    COOPER_ASSIGN_OR_RETURN(records, RecordDatabase::OpenToRead(parts.RecordsPath()));
  }
  COOPER_ASSIGN_OR_RETURN(const StoreInventory inventory,
                          TakeInventory(parts, records.get(), NowNanoseconds()));
  environment.out << (options.json ? UsageJson(parts.path, inventory)
                                   : UsageText(parts.path, inventory));
  return Ok();
}

std::string DescribeItem(const StoreItem& item) {
  std::string name = item.FileName();
  if (item.type == StoreItemType::kCache) {
    name = fmt::format("{} {}", EscapeForTerminal(item.cache_id), item.copy);
  }
  return fmt::format("{:<9} {:>10}  {}", NameOf(item.type), SizeText(item.size_bytes), name);
}

Status Prune(const StorePruneOptions& options, CliEnvironment& environment) {
  COOPER_ASSIGN_OR_RETURN(const std::string directory, StorePlace(options.store, environment));
  COOPER_ASSIGN_OR_RETURN(const PruneOutcome outcome,
                          PruneStore(directory, options.policy, environment.interrupted));
  for (const StoreItem& item : outcome.removed) environment.out << DescribeItem(item) << '\n';
  environment.out << fmt::format("{} {} items, {}\n",
                                 options.policy.dry_run ? "would remove" : "removed",
                                 outcome.removed.size(), SizeText(outcome.freed_bytes));
  if (outcome.in_use > 0) {
    environment.err << fmt::format("{} items stay: running builds use them\n", outcome.in_use);
  }
  if (!outcome.target_met) {
    environment.err << "the size asked for is not reached: nothing more may go\n";
  }
  return Ok();
}

int Finish(const Status& status, CliEnvironment& environment) {
  return status.ok() ? 0 : Fail(status.error(), environment);
}

}  // namespace

int RunStoreCheck(const StoreCheckOptions& options, CliEnvironment& environment) {
  EnterAsBuildsDo(options.store, environment);
  bool sound = true;
  const int code = Finish(Check(options, environment, sound), environment);
  return code == 0 && !sound ? ExitCodeFor(DiagnosticKind::kStore) : code;
}

int RunStoreUsage(const StoreUsageOptions& options, CliEnvironment& environment) {
  EnterAsBuildsDo(options.store, environment);
  return Finish(Usage(options, environment), environment);
}

int RunStorePrune(const StorePruneOptions& options, CliEnvironment& environment) {
  EnterAsBuildsDo(options.store, environment);
  return Finish(Prune(options, environment), environment);
}

}  // namespace cooper
