#include "backends/sandbox/ownership/step_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/tree/link_resolver.h"
#include "backends/sandbox/ownership/step_process.h"
#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

// How often a file may get another name while it is looked at.
constexpr int kRenames = 50;

// Through the descriptor's link: fchmod and the like refuse O_PATH.
int Touch(int fd, mode_t mode) {
  if (S_ISLNK(mode)) return fchownat(fd, "", 0, 0, AT_EMPTY_PATH) == 0 ? 0 : errno;
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return chmod(path.c_str(), mode & 07777) == 0 ? 0 : errno;
}

bool SameFile(const NodeStatus& seen, const NodeStatus& upper) {
  return (seen.mode & S_IFMT) == (upper.mode & S_IFMT) && seen.key.born == upper.key.born;
}

}  // namespace

void StepRoot::SetRoot(ScopedFd root) {
  root_ = std::move(root);
  if (const auto status = ReadNodeStatus(root_.get(), "")) root_mount_ = status->mount_id;
}

void StepRoot::AddMount(const std::string& path, const FileOwner& owner) {
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const ScopedFd mount(
      static_cast<int>(syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof(how))));
  if (!mount.ok()) return;
  const auto status = ReadNodeStatus(mount.get(), "");
  if (!status || status->mount_id == root_mount_) return;
  mounts_[status->mount_id] = owner;
  if (records_.Find(status->key) == nullptr) {
    NodeTruth truth;
    truth.owner = owner;
    records_.Put(status->key, truth);
  }
}

std::optional<StepFile> StepRoot::Look(int fd) const {
  StepFile node;
  for (int tries = 0; tries < kRenames; ++tries) {
    const auto seen = ReadNodeStatus(fd, "");
    if (!seen) return std::nullopt;
    node.seen = *seen;
    node.in_root = seen->mount_id == root_mount_;
    if (!node.in_root) {
      node.truth = TruthInMount(*seen);
      return node;
    }
    node.path = PathOfDescriptor(fd);
    if (!node.path) break;
    // What overlayfs copies up, too, is born then.
    const bool may_be_upper =
        records_.plain() || node.path->empty() || records_.MadeByStep(seen->key.born);
    const ScopedFd upper =
        may_be_upper ? OpenBeneath(upper_.get(), *node.path, O_PATH) : ScopedFd();
    if (!upper.ok()) {
      const auto before = lower_(*node.path);
      if (before) {
        node.truth = TruthOfEntry(*before);
        return node;
      }
      break;  // of a mount that is below this one, or removed
    }
    auto status = ReadNodeStatus(upper.get(), "");
    if (!status || !SameFile(*seen, *status)) continue;
    status->copied_up = IsCopiedUp(upper.get(), "");
    node.in_upper = status->key;
    node.truth = TruthInUpper(*node.path, *status);
    return node;
  }
  node.path.reset();
  if (records_.MadeByStep(node.seen.key.born)) node.truth.owner = records_.maker();
  return node;
}

NodeTruth StepRoot::TruthInUpper(const std::string& path, const NodeStatus& status) const {
  return records_.Of(path, status, lower_, [&] { return LentBy(std::string(ParentPath(path))); });
}

std::optional<FileOwner> StepRoot::LentBy(const std::string& directory) const {
  // From the top: an owner may have come down from far above.
  std::optional<FileOwner> lent;
  for (size_t end = 0; end != std::string::npos;) {
    const std::string path = directory.substr(0, end);
    if (end < directory.size()) {
      end = directory.find('/', end == 0 ? 0 : end + 1);
      if (end == std::string::npos) end = directory.size();
    } else {
      end = std::string::npos;
    }
    const ScopedFd fd = OpenBeneath(upper_.get(), path, O_PATH);
    auto status = fd.ok() ? ReadNodeStatus(fd.get(), "") : std::nullopt;
    if (!status || (status->mode & S_ISGID) == 0) {
      lent.reset();
      continue;
    }
    status->copied_up = IsCopiedUp(fd.get(), "");
    const auto above = lent;
    lent = records_.Of(path, *status, lower_, [&above] { return above; }).owner;
  }
  return lent;
}

NodeTruth StepRoot::TruthInMount(const NodeStatus& seen) const {
  if (const NodeTruth* const known = records_.Find(seen.key)) return *known;
  NodeTruth truth;
  const auto mount = mounts_.find(seen.mount_id);
  if (seen.key.born != FileTime() && records_.MadeByStep(seen.key.born)) {
    truth.owner = records_.maker();
  } else if (mount != mounts_.end()) {
    truth.owner = mount->second;
  }
  return truth;
}

int StepRoot::Record(int fd, const NodeTruth& truth) {
  for (int tries = 0; tries < kRenames; ++tries) {
    const auto node = Look(fd);
    if (!node) return 0;
    const bool is_there = node->in_upper || !node->in_root;
    if (is_there) {
      return records_.Put(node->in_upper ? *node->in_upper : node->seen.key, truth) ? 0 : ENOSPC;
    }
    if (!node->path) return 0;  // no layer will have it
    // Still a file of a lower layer: overlayfs copies it up for this.
    if (const int error = Touch(fd, node->seen.mode); error != 0) return error;
  }
  return EBUSY;
}

int StepRoot::Pin(int fd) {
  const auto node = Look(fd);
  if (!node || !node->in_root) return 0;
  // The kernel refuses to rename a directory of a lower layer.
  if (node->directory() && !node->in_upper) return 0;
  return Record(fd, node->truth);
}

int StepRoot::PinChildren(const StepFile& directory) {
  if (!directory.in_upper || !directory.path) return 0;
  const ScopedFd fd = OpenBeneath(upper_.get(), *directory.path, O_RDONLY | O_DIRECTORY);
  std::vector<std::string> names;
  if (!fd.ok() || ListNames(fd.get(), names) != 0) return 0;
  for (const std::string& name : names) {
    auto status = ReadNodeStatus(fd.get(), name.c_str());
    if (!status || records_.Find(status->key) != nullptr) continue;
    status->copied_up = IsCopiedUp(fd.get(), name.c_str());
    if (status->copied_up) continue;
    const std::string path = JoinPath(*directory.path, name);
    if (!records_.Put(status->key, TruthInUpper(path, *status))) return ENOSPC;
  }
  return 0;
}

}  // namespace cooper
