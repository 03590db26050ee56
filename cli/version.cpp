#include "cli/version.h"

namespace cooper {

std::string VersionText() { return "cooper " COOPER_VERSION; }

}  // namespace cooper
