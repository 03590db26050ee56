// The version of this build of cooper.

#ifndef COOPER_CLI_COMMAND_LINE_VERSION_H_
#define COOPER_CLI_COMMAND_LINE_VERSION_H_

#include <string>

namespace cooper {

// "cooper 0.1.0".
std::string VersionText();

// "0.1.0".
std::string VersionNumber();

}  // namespace cooper

#endif  // COOPER_CLI_COMMAND_LINE_VERSION_H_
