#include "cli/flags/place_flags.h"

#include <CLI/CLI.hpp>

#include "cli/flags/parse_words.h"

namespace cooper {

void AddPlaceFlags(CLI::App& app, InputOptions& input) {
  AddValue(app, "--store", input.store, "DIR",
           "Where layers are kept (default: COOPER_STORE,\n"
           "else ~/.cache/cooper)");
  AddList(app, "--insecure-registry", input.insecure_registries, "HOST",
          "Registry to reach over plain HTTP (repeatable)");
}

}  // namespace cooper
