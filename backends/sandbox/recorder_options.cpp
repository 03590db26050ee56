#include "backends/sandbox/recorder_options.h"

#include <optional>
#include <string>
#include <variant>

namespace cooper {

RecorderOptions RecorderOptionsFor(const RunRequest& request, RecordedScope scope) {
  RecorderOptions options;
  options.scope = scope;
  if (const auto* plain = std::get_if<PlainRoot>(&request.root)) {
    options.upper_dir = plain->directory;
    options.plain = true;
  } else {
    options.upper_dir = std::get<OverlayRoot>(request.root).upper_dir;
  }
  options.lower = request.lower;
  if (!options.lower) {
    options.lower = [](const std::string&) { return std::optional<TreeEntry>(); };
  }
  options.insecure = request.security == SecurityMode::kInsecure;
  options.uid = request.uid;
  options.gid = request.gid;
  options.groups = request.groups;
  for (const SandboxMount& mount : request.mounts) {
    options.mounts.emplace_back(mount.target, FileOwner{.uid = mount.uid, .gid = mount.gid});
  }
  options.known = request.known_owners;
  return options;
}

}  // namespace cooper
