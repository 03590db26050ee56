#include "backends/filesystem/diff/scan_diff.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backends/filesystem/diff/layer_changes.h"
#include "backends/filesystem/diff/owner_truth.h"
#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

class ScanReader {
 public:
  ScanReader(int root_fd, const FileTree& lower, const OwnerRecords* owners)
      : root_fd_(root_fd), lower_(lower), owners_(owners) {}

  Status Read(const ScanDifference& difference) {
    std::set<std::string, decltype(&TreeOrder)> paths(&TreeOrder);
    for (const std::string& path : difference.changed) paths.insert(path);
    for (const auto* list : {&difference.changed, &difference.removed}) {
      for (const std::string& path : *list) {
        for (std::string_view parent = ParentPath(path); !parent.empty();
             parent = ParentPath(parent)) {
          if (!paths.emplace(parent).second) break;
        }
      }
    }
    for (const std::string& path : paths) COOPER_RETURN_IF_ERROR(ReadNode(path));
    for (const std::string& path : difference.removed) TakeAway(path);
    return Ok();
  }
  void Lend(const std::string& directory, const std::optional<FileOwner>& owner) {
    lent_[directory] = owner;
  }
  std::vector<OverlayEntry> Take() { return std::move(found_); }

 private:
  Status ReadNode(const std::string& path) {
    COOPER_ASSIGN_OR_RETURN(const int parent_fd, Directory(std::string(ParentPath(path))));
    COOPER_ASSIGN_OR_RETURN(std::optional<OverlayEntry> found,
                            ReadPlainEntry(parent_fd, std::string(LastName(path)), path));
    if (!found) {
      TakeAway(path);
      return Ok();
    }
    if (owners_ != nullptr) {
      COOPER_RETURN_IF_ERROR(TellTruth(*owners_, parent_fd, std::string(LastName(path)), lower_,
                                       lent_[std::string(ParentPath(path))], *found));
    }
    const TreeEntry& entry = found->entry;
    if (entry.type == EntryType::kDirectory) lent_[path] = LentBy(entry);
    if (entry.type == EntryType::kCharDevice && entry.device_major == 0 &&
        entry.device_minor == 0) {
      return Error(DiagnosticKind::kUnsupported,
                   fmt::format("`/{}` is the character device 0:0, which overlayfs takes for a "
                               "deletion; remove it in the same step",
                               path));
    }
    found_.push_back(*std::move(found));
    return Ok();
  }

  void TakeAway(const std::string& path) {
    if (lower_.Find(path)) found_.push_back(WhiteoutAt(path));
  }

  Result<int> Directory(const std::string& path) {
    if (!last_.ok() || path != last_path_) {
      last_ = OpenBeneath(root_fd_, path, O_PATH | O_DIRECTORY);
      last_path_ = path;
    }
    if (last_.ok()) return last_.get();
    return ErrnoError(DiagnosticKind::kStore, fmt::format("open failed for `/{}`", path), errno);
  }

  const int root_fd_;
  const FileTree& lower_;
  const OwnerRecords* const owners_;
  std::map<std::string, std::optional<FileOwner>> lent_;  // by the directories that were read
  std::vector<OverlayEntry> found_;
  ScopedFd last_;
  std::string last_path_;
};

}  // namespace

Result<LayerIndex> ReadScanLayer(int root_fd, const ScanDifference& difference,
                                 const TreeEntry& root_before, const FileTree& lower,
                                 const OwnerRecords* owners) {
  COOPER_ASSIGN_OR_RETURN(TreeEntry root_now, ReadOverlayRoot(root_fd));
  RootChange root{root_before, std::move(root_now)};
  if (owners != nullptr) {
    if (owners->tells_owners()) root.before = WithOwnerOf(std::move(root.before), lower);
    COOPER_RETURN_IF_ERROR(TellRootsTruth(*owners, root_fd, lower, root.now));
  }
  ScanReader reader(root_fd, lower, owners);
  reader.Lend("", LentBy(root.now));
  COOPER_RETURN_IF_ERROR(reader.Read(difference));
  return ListChanges(reader.Take(), root_fd, root, lower);
}

Status ForgetTimes(int root_fd, const ScanDifference& difference, const LayerIndex& layer,
                   const FileTree& lower) {
  const auto forget = [&](const std::string& path) -> Status {
    const std::optional<TreeEntry> before = lower.Find(path);
    if (layer.Find(path) != nullptr || !before || before->type != EntryType::kDirectory) {
      return Ok();
    }
    const ScopedFd fd = OpenBeneath(root_fd, path, O_RDONLY | O_DIRECTORY);
    const timespec time = {.tv_sec = before->mtime.seconds, .tv_nsec = before->mtime.nanoseconds};
    const timespec times[] = {time, time};
    if (fd.ok() && futimens(fd.get(), times) == 0) return Ok();
    return ErrnoError(DiagnosticKind::kStore,
                      fmt::format("setting the time failed for `/{}`", path), errno);
  };
  COOPER_RETURN_IF_ERROR(forget(""));
  for (const std::string& path : difference.changed) COOPER_RETURN_IF_ERROR(forget(path));
  return Ok();
}

}  // namespace cooper
