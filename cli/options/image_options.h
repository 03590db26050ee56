// What `cooper image VERB` asks for.

#ifndef COOPER_CLI_OPTIONS_IMAGE_OPTIONS_H_
#define COOPER_CLI_OPTIONS_IMAGE_OPTIONS_H_

#include <cstdint>
#include <string>

#include "cli/options/options.h"

namespace cooper {

// An image as the command line names it.
struct ImageName {
  enum class Kind : uint8_t { kRegistry, kLayout, kOciArchive, kDockerArchive };
  Kind kind = Kind::kRegistry;
  std::string text;   // as it was written
  std::string place;  // a reference or a path
  std::string tag;    // for a path: a tag or a digest; empty: the only image there is
};

struct ImageUnpackOptions {
  InputOptions input;  // store, platform and registries alone
  ImageName image;
  std::string directory;
  bool devices = false;
};

struct ImageInspectOptions {
  InputOptions input;  // as above
  ImageName image;
};

}  // namespace cooper

#endif  // COOPER_CLI_OPTIONS_IMAGE_OPTIONS_H_
