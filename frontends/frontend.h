// The interface of a frontend: text in, build graph out.

#ifndef COOPER_FRONTENDS_FRONTEND_H_
#define COOPER_FRONTENDS_FRONTEND_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/image_resolver.h"
#include "ir/base/diagnostic_engine.h"
#include "ir/base/source_files.h"
#include "ir/graph/build_graph.h"

namespace cooper {

// A `--build-context NAME=...`. It takes the place of a stage or image of that name.
struct NamedContext {
  enum class Kind : uint8_t {
    kDirectory,  // value: the path; read through a source.context of this name
    kImage,      // value: an image reference
    kLayout,     // value: the path of an OCI layout; `tag` chooses the image
    kUrl,        // value: of a git repository, or of an archive on a web server
  };
  Kind kind = Kind::kDirectory;
  std::string value;
  std::string tag;
  std::vector<std::string> exclude;  // of a directory: patterns of its .dockerignore
};

struct FrontendOptions {
  std::vector<std::string> targets;               // empty: the frontend's default
  std::map<std::string, std::string> build_args;  // --build-arg
  std::map<std::string, std::string> labels;      // --label, applied last
  std::map<std::string, NamedContext> named_contexts;
  std::vector<std::string> context_exclude;  // patterns of .dockerignore, already read
  // Whether these patterns exclude a path; may be absent, then nothing is said of it.
  std::function<bool(std::string_view path)> is_ignored;
  Platform build_platform;          // this machine
  Platform target_platform;         // --platform, else this machine
  bool platform_requested = false;  // whether there was a --platform
  std::string hostname;             // of RUN steps; empty: the default
};

class Frontend {
 public:
  virtual ~Frontend() = default;

  virtual std::string_view Name() const = 0;

  // Compiles file `file` of `files`. Faults of the text go to `diagnostics`;
  // nothing is returned when there was an error. A frontend may add texts of
  // its own to `files` (an ONBUILD trigger), which the caller keeps for as long
  // as it shows messages. All arguments are borrowed for the call.
  virtual std::optional<BuildGraph> Compile(SourceFiles& files, uint32_t file,
                                            const FrontendOptions& options, ImageResolver& resolver,
                                            DiagnosticEngine& diagnostics) const = 0;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_FRONTEND_H_
