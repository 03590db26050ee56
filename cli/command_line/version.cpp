#include "cli/command_line/version.h"

namespace cooper {

std::string VersionText() { return "cooper " COOPER_VERSION; }

std::string VersionNumber() { return COOPER_VERSION; }

}  // namespace cooper
