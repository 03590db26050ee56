#include "cli/store/store_place.h"

namespace cooper {

Result<std::string> StorePlace(const std::string& option, const CliEnvironment& environment) {
  if (!option.empty()) return option;
  if (const auto store = environment.variable("COOPER_STORE"); store && !store->empty()) {
    return *store;
  }
  if (const auto cache = environment.variable("XDG_CACHE_HOME"); cache && cache->starts_with('/')) {
    return *cache + "/cooper";
  }
  if (const auto home = environment.variable("HOME"); home && home->starts_with('/')) {
    return *home + "/.cache/cooper";
  }
  return Error(
      DiagnosticKind::kStore,
      "there is no place for the store: HOME is not set; give `--store DIR` or set COOPER_STORE");
}

}  // namespace cooper
