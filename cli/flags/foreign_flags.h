// Flags of other image builders that cooper lacks, with what to do instead: their
// users come with command lines that worked.

#ifndef COOPER_CLI_FLAGS_FOREIGN_FLAGS_H_
#define COOPER_CLI_FLAGS_FOREIGN_FLAGS_H_

#include <string_view>

namespace cooper {

// What to do instead of `flag` (without its value), for a message; empty when the
// flag is nobody's.
std::string_view AdviceForForeignFlag(std::string_view flag);

}  // namespace cooper

#endif  // COOPER_CLI_FLAGS_FOREIGN_FLAGS_H_
