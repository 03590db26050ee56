#include "cli/command_line/store_command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "cli/flags/flag_values.h"
#include "cli/flags/parse_words.h"
#include "cli/flags/quantities.h"

namespace cooper {
namespace {

struct RawPrune {
  std::string keep_duration;
  std::string max_size;
  std::string min_free;
  std::vector<std::string> filters;
  bool all = false;
  bool ignored = false;
};

Error UsageError(std::string message) { return Error(DiagnosticKind::kUsage, std::move(message)); }

Status AddFilter(const std::string& text, PrunePolicy& policy) {
  const size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (key == "type") {
    COOPER_ASSIGN_OR_RETURN(const StoreItemType type,
                            ParseChoice<StoreItemType>("--filter type=", value,
                                                       {{"blob", StoreItemType::kBlob},
                                                        {"snapshot", StoreItemType::kSnapshot},
                                                        {"cache", StoreItemType::kCache}}));
    policy.types.insert(type);
    return Ok();
  }
  if (key == "until") {
    COOPER_ASSIGN_OR_RETURN(const int64_t duration, ParseDuration("--filter until=", value));
    policy.keep_duration_ns = std::max(policy.keep_duration_ns, duration);
    return Ok();
  }
  return UsageError(fmt::format(
      "`--filter {}`: there is no such filter; there are `type=blob|snapshot|cache` and "
      "`until=DURATION`",
      text));
}

Status FinishPrune(const RawPrune& raw, PrunePolicy& policy) {
  for (const std::string& text : raw.filters) COOPER_RETURN_IF_ERROR(AddFilter(text, policy));
  if (!raw.keep_duration.empty()) {
    COOPER_ASSIGN_OR_RETURN(const int64_t duration,
                            ParseDuration("--keep-duration", raw.keep_duration));
    policy.keep_duration_ns = std::max(policy.keep_duration_ns, duration);
  }
  if (!raw.max_size.empty()) {
    COOPER_ASSIGN_OR_RETURN(policy.max_bytes, ParseByteSize("--max-size", raw.max_size));
  }
  if (!raw.min_free.empty()) {
    COOPER_ASSIGN_OR_RETURN(policy.min_free_bytes, ParseByteSize("--min-free", raw.min_free));
  }
  policy.only_replaced = !raw.all && raw.filters.empty() && raw.keep_duration.empty() &&
                         raw.max_size.empty() && raw.min_free.empty();
  return Ok();
}

void AddStore(CLI::App& app, std::string& positional, std::string& flag) {
  AddValue(app, "DIR", positional, " ", "The store (default: that of --store)");
  AddValue(app, "--store", flag, "DIR",
           "The same (default: COOPER_STORE, else\n"
           "~/.cache/cooper)");
}

}  // namespace

Result<Command> ParseStoreCommandLine(const std::vector<std::string>& arguments) {
  CLI::App app("Look after the store: what builds keep for the next builds", "cooper store");
  app.require_subcommand(1);
  StoreCheckOptions check;
  StoreUsageOptions usage;
  StorePruneOptions prune;
  RawPrune raw;
  std::string directory;
  std::string store;
  std::string format = "text";

  CLI::App* check_app = app.add_subcommand("check", "Verify everything in the store");
  AddStore(*check_app, directory, store);
  check_app->add_flag("--repair", check.repair,
                      "Remove what is damaged or left over;\nbuilds make it anew");

  CLI::App* usage_app = app.add_subcommand("usage", "Show what takes the room");
  AddStore(*usage_app, directory, store);
  AddValue(*usage_app, "--format", format, "FORMAT", "text or json (default: text)");

  CLI::App* prune_app =
      app.add_subcommand("prune", "Remove what is not needed; alone: what was replaced");
  AddStore(*prune_app, directory, store);
  prune_app->add_flag("-a,--all", raw.all, "All that no running build uses");
  AddValue(*prune_app, "--keep-duration", raw.keep_duration, "TIME",
           "Only what was not used for so long: 90m, 24h, 7d");
  AddValue(*prune_app, "--max-size,--keep-bytes,--keep-storage,--max-used-space", raw.max_size,
           "SIZE", "Only until the store has no more than this: 20GB");
  AddValue(*prune_app, "--min-free,--min-free-space", raw.min_free, "SIZE",
           "Only until so much of the disk is free");
  AddList(*prune_app, "--filter", raw.filters, "KEY=VALUE",
          "type=blob, snapshot or cache; until=TIME is\n--keep-duration (repeatable)");
  prune_app->add_flag("--dry-run", prune.policy.dry_run, "Only say what would go");
  prune_app->add_flag("-f,--force", raw.ignored, "Accepted; nothing is asked");
  for (CLI::App* verb : {check_app, usage_app, prune_app}) verb->group("Verbs");

  COOPER_ASSIGN_OR_RETURN(const WordsOutcome outcome, ParseWords(app, arguments));
  if (const auto* help = std::get_if<HelpWanted>(&outcome))
    return Command(PrintRequest{help->text});
  if (!directory.empty() && !store.empty() && directory != store) {
    return UsageError(
        fmt::format("two stores are named, `{}` and `{}`; give one", directory, store));
  }
  if (directory.empty()) directory = store;
  if (check_app->parsed()) {
    check.store = directory;
    return Command(check);
  }
  if (usage_app->parsed()) {
    usage.store = directory;
    COOPER_ASSIGN_OR_RETURN(
        usage.json, ParseChoice<bool>("--format", format, {{"text", false}, {"json", true}}));
    return Command(usage);
  }
  prune.store = directory;
  COOPER_RETURN_IF_ERROR(FinishPrune(raw, prune.policy));
  return Command(std::move(prune));
}

}  // namespace cooper
