// The values of `--secret`, `--ssh` and `--allow`, which lend something to RUN steps,
// in the words of docker buildx. Every fault is kUsage and names the flag; no message
// has the text of a `--secret`, which may be the secret itself where a path was meant.

#ifndef COOPER_CLI_FLAGS_GRANT_FLAGS_H_
#define COOPER_CLI_FLAGS_GRANT_FLAGS_H_

#include <string>

#include "cli/options/options.h"
#include "ir/base/result.h"

namespace cooper {

// id=ID[,type=file|env][,src=FILE|,env=NAME].
Status AddSecret(const std::string& text, GrantOptions& grants);
// ID[=SOCKET]. Files of keys are refused: cooper has no agent of its own.
Status AddAgent(const std::string& text, GrantOptions& grants);
// network.host or security.insecure.
Status AddAllowed(const std::string& text, GrantOptions& grants);

}  // namespace cooper

#endif  // COOPER_CLI_FLAGS_GRANT_FLAGS_H_
