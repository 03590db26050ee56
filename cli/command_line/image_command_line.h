// The command line of `cooper image VERB`.

#ifndef COOPER_CLI_COMMAND_LINE_IMAGE_COMMAND_LINE_H_
#define COOPER_CLI_COMMAND_LINE_IMAGE_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "cli/command_line/command_line.h"
#include "cli/options/image_options.h"
#include "ir/base/result.h"

namespace cooper {

// The words after `image`.
Result<Command> ParseImageCommandLine(const std::vector<std::string>& arguments);

// oci-layout://DIR[:TAG|@DIGEST], oci-archive:FILE[:TAG], docker-archive:FILE[:TAG],
// docker-image://REF or REF; `//` may be given or left out.
Result<ImageName> ParseImageName(const std::string& text);

}  // namespace cooper

#endif  // COOPER_CLI_COMMAND_LINE_IMAGE_COMMAND_LINE_H_
