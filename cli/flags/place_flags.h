// The flags that say where a verb finds images and keeps layers.

#ifndef COOPER_CLI_FLAGS_PLACE_FLAGS_H_
#define COOPER_CLI_FLAGS_PLACE_FLAGS_H_

#include "cli/options/options.h"

namespace CLI {
class App;
}  // namespace CLI

namespace cooper {

void AddPlaceFlags(CLI::App& app, InputOptions& input);

}  // namespace cooper

#endif  // COOPER_CLI_FLAGS_PLACE_FLAGS_H_
