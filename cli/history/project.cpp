#include "cli/history/project.h"

#include <filesystem>
#include <string>
#include <system_error>

namespace cooper {
namespace {

namespace fs = std::filesystem;

fs::path Absolute(const std::string& path) {
  std::error_code error;
  fs::path absolute = fs::weakly_canonical(path.empty() ? "." : path, error);
  return error ? fs::path(path).lexically_normal() : absolute;
}

}  // namespace

Digest ProjectOf(const InputOptions& options) {
  const fs::path context = Absolute(options.context);
  const fs::path file =
      options.dockerfile.empty() ? context / "Dockerfile" : Absolute(options.dockerfile);
  const fs::path place = context.parent_path().filename() / context.filename();
  return Digest::Of(place.string() + "\n" + file.lexically_relative(context).string());
}

}  // namespace cooper
