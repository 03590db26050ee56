// What the command line takes from the process that it runs in, so that tests
// can hand in something else.

#ifndef COOPER_CLI_OPTIONS_CLI_ENVIRONMENT_H_
#define COOPER_CLI_OPTIONS_CLI_ENVIRONMENT_H_

#include <functional>
#include <iosfwd>
#include <optional>
#include <stop_token>
#include <string>

#include "frontends/image_resolver.h"

namespace cooper {

struct CliEnvironment {
  std::ostream& out;  // results: plans, graphs, versions
  std::ostream& err;  // progress and messages
  std::function<std::optional<std::string>(const std::string&)> variable;
  // Requested by SIGINT and SIGTERM.
  std::stop_token interrupted;
  // Called by a build once the process may have more than one thread.
  std::function<void()> single_threaded_part_is_over = [] {};
  // The path of this program, which unpacks layers in processes of its own.
  std::string program = {};
  // Takes the place of registries and layouts when set; borrowed.
  ImageResolver* resolver = nullptr;
};

}  // namespace cooper

#endif  // COOPER_CLI_OPTIONS_CLI_ENVIRONMENT_H_
