#include "backends/unpack/landlock.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "backends/filesystem/disk/scoped_fd.h"

namespace cooper {
namespace {

// From linux/landlock.h, which is older than the kernel on some machines.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr uint32_t kAskVersion = 1;
constexpr int kPathBeneath = 1;

constexpr uint64_t kExecute = uint64_t{1} << 0;
constexpr uint64_t kReadFile = uint64_t{1} << 2;
constexpr uint64_t kReadDirectory = uint64_t{1} << 3;
constexpr uint64_t kIoctlDevice = uint64_t{1} << 15;

struct Ruleset {
  uint64_t handled;
};

struct PathBeneath {
  uint64_t allowed;
  int32_t parent_fd;
} __attribute__((packed));

// What rules of this version of the interface can speak of.
uint64_t HandledBy(long version) {
  if (version >= 5) return (uint64_t{1} << 16) - 1;  // ioctl on devices
  if (version >= 3) return (uint64_t{1} << 15) - 1;  // truncate
  return (uint64_t{1} << 14) - 1;                    // links to another directory
}

bool Allow(int ruleset, const std::vector<int>& directories, uint64_t what) {
  for (const int fd : directories) {
    const PathBeneath rule = {.allowed = what, .parent_fd = fd};
    if (syscall(kAddRule, ruleset, kPathBeneath, &rule, 0) != 0) return false;
  }
  return true;
}

}  // namespace

bool RestrictFiles(const std::vector<int>& filled, const std::vector<int>& readable) {
  const long version = syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  if (version < 2) return false;
  const uint64_t handled = HandledBy(version);
  const Ruleset rules = {.handled = handled};
  const ScopedFd ruleset(static_cast<int>(syscall(kCreateRuleset, &rules, sizeof rules, 0)));
  return ruleset.ok() && Allow(ruleset.get(), filled, handled & ~(kExecute | kIoctlDevice)) &&
         Allow(ruleset.get(), readable, kReadFile | kReadDirectory) &&
         syscall(kRestrictSelf, ruleset.get(), 0) == 0;
}

}  // namespace cooper
