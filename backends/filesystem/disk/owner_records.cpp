#include "backends/filesystem/disk/owner_records.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <ctime>
#include <string_view>
#include <tuple>

#include "backends/filesystem/disk/disk_node.h"

namespace cooper {
namespace {

// Files get their times from this clock, which ticks with the scheduler.
FileTime CoarseNow() {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return {.seconds = now.tv_sec, .nanoseconds = static_cast<uint32_t>(now.tv_nsec)};
}

bool IsPlaceholderOf(const TreeEntry& entry, const NodeStatus& status) {
  return (entry.type == EntryType::kCharDevice || entry.type == EntryType::kBlockDevice) &&
         S_ISREG(status.mode) && status.size_bytes == 0;
}

mode_t TypeBits(EntryType type) {
  switch (type) {
    case EntryType::kDirectory:
      return S_IFDIR;
    case EntryType::kSymlink:
      return S_IFLNK;
    case EntryType::kCharDevice:
      return S_IFCHR;
    case EntryType::kBlockDevice:
      return S_IFBLK;
    case EntryType::kFifo:
      return S_IFIFO;
    default:
      return S_IFREG;
  }
}

bool SameNode(const TreeEntry& entry, const NodeStatus& status) {
  return TypeBits(entry.type) == (status.mode & S_IFMT) || IsPlaceholderOf(entry, status);
}

}  // namespace

std::optional<NodeStatus> ReadNodeStatus(int fd, const char* name) {
  struct statx found = {};
  if (statx(fd, name, AT_SYMLINK_NOFOLLOW | (*name == '\0' ? AT_EMPTY_PATH : 0),
            STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &found) != 0) {
    return std::nullopt;
  }
  NodeStatus status;
  status.key.device = makedev(found.stx_dev_major, found.stx_dev_minor);
  status.key.inode = found.stx_ino;
  if ((found.stx_mask & STATX_BTIME) != 0) {
    status.key.born = {.seconds = found.stx_btime.tv_sec, .nanoseconds = found.stx_btime.tv_nsec};
  }
  status.mode = found.stx_mode;
  status.size_bytes = found.stx_size;
  status.mount_id = found.stx_mnt_id;
  return status;
}

bool IsCopiedUp(int fd, const char* name) {
  const std::string path =
      "/proc/self/fd/" + std::to_string(fd) + (*name == '\0' ? "" : "/" + std::string(name));
  for (const std::string_view prefix : {kUserOverlay, kTrustedOverlay}) {
    const std::string mark = std::string(prefix) + "origin";
    // The descriptor's own link of /proc has to be followed.
    const ssize_t size = *name == '\0' ? getxattr(path.c_str(), mark.c_str(), nullptr, 0)
                                       : lgetxattr(path.c_str(), mark.c_str(), nullptr, 0);
    if (size >= 0) return true;
  }
  return false;
}

mode_t NodeTruth::Mode(mode_t on_disk) const {
  return device ? TypeBits(*device) | (on_disk & 07777) : on_disk;
}

dev_t NodeTruth::DeviceNumber(dev_t on_disk) const {
  return device ? makedev(device_major, device_minor) : on_disk;
}

NodeTruth TruthOfEntry(const TreeEntry& entry) {
  NodeTruth truth;
  truth.owner = {.uid = entry.uid, .gid = entry.gid};
  if (entry.type == EntryType::kCharDevice || entry.type == EntryType::kBlockDevice) {
    truth.device = entry.type;
    truth.device_major = entry.device_major;
    truth.device_minor = entry.device_minor;
  }
  return truth;
}

size_t OwnerRecords::Hash::operator()(const NodeKey& key) const {
  constexpr uint64_t kMix = 0x9e3779b97f4a7c15;
  uint64_t hash = key.inode * kMix + key.device;
  hash = hash * kMix + static_cast<uint64_t>(key.born.seconds);
  return hash * kMix + key.born.nanoseconds;
}

OwnerRecords::OwnerRecords(FileOwner maker, Root root, Tells tells)
    : maker_(maker), plain_(root == Root::kPlain), tells_(tells), start_(CoarseNow()) {}

bool OwnerRecords::Put(const NodeKey& key, const NodeTruth& truth) {
  const auto [at, added] = records_.try_emplace(key, truth);
  if (!added) {
    at->second = truth;
  } else if (records_.size() > kMaxRecords) {
    records_.erase(at);
    return false;
  }
  return true;
}

const NodeTruth* OwnerRecords::Find(const NodeKey& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

bool OwnerRecords::MadeByStep(const FileTime& born) const {
  return std::tie(born.seconds, born.nanoseconds) >= std::tie(start_.seconds, start_.nanoseconds);
}

NodeTruth OwnerRecords::Of(const std::string& path, const NodeStatus& status,
                           const LowerLookUp& lower,
                           const std::function<std::optional<FileOwner>()>& parent) const {
  if (const NodeTruth* const known = Find(status.key)) return *known;
  const bool was_there =
      path.empty() || status.copied_up || (plain_ && !MadeByStep(status.key.born));
  if (was_there) {
    const std::optional<TreeEntry> before = lower(path);
    // What no layer has is the directory of a mount, which root makes.
    if (!before) return {};
    if (SameNode(*before, status)) return TruthOfEntry(*before);
  }
  NodeTruth truth;
  truth.owner = maker_;
  if (const std::optional<FileOwner> directory = parent()) truth.owner.gid = directory->gid;
  return truth;
}

}  // namespace cooper
