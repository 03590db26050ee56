#include "backends/filesystem/diff/overlay_diff.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <set>
#include <utility>

#include "backends/filesystem/diff/layer_changes.h"
#include "backends/filesystem/diff/owner_truth.h"
#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

Error Failed(std::string_view call, std::string_view path) {
  const int number = errno;
  return ErrnoError(DiagnosticKind::kStore, fmt::format("{} failed for `/{}`", call, path), number);
}

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};

class Differ {
 public:
  Differ(int root_fd, const TreeEntry& root_before, const FileTree& lower,
         const std::vector<std::string>& stubs, const OwnerRecords* owners)
      : root_fd_(root_fd),
        root_before_(owners == nullptr || !owners->tells_owners()
                         ? root_before
                         : WithOwnerOf(root_before, lower)),
        lower_(lower),
        stubs_(stubs.begin(), stubs.end()),
        owners_(owners) {}

  Result<LayerIndex> Run() {
    // Directories are opened one at a time by path: the depth of what a RUN
    // leaves behind costs neither stack nor descriptors.
    COOPER_ASSIGN_OR_RETURN(const TreeEntry root_now, RootNow());
    pending_.push_back({.path = "", .hides = false, .lends_group = LentBy(root_now)});
    while (!pending_.empty()) {
      const Pending directory = std::move(pending_.back());
      pending_.pop_back();
      COOPER_RETURN_IF_ERROR(Walk(directory));
    }
    return ListChanges(std::move(found_), root_fd_, {root_before_, root_now}, lower_);
  }

 private:
  struct Pending {
    std::string path;
    bool hides;                            // what lower layers have in it
    std::optional<FileOwner> lends_group;  // to what is made in it
  };

  Result<TreeEntry> RootNow() const {
    COOPER_ASSIGN_OR_RETURN(TreeEntry root, ReadOverlayRoot(root_fd_));
    if (owners_ != nullptr)
      COOPER_RETURN_IF_ERROR(TellRootsTruth(*owners_, root_fd_, lower_, root));
    return root;
  }

  Status Walk(const Pending& directory) {
    ScopedFd fd = OpenBeneath(root_fd_, directory.path, O_RDONLY | O_DIRECTORY);
    if (!fd.ok()) return Failed("open", directory.path);
    const std::unique_ptr<DIR, CloseDir> dir(fdopendir(fd.get()));
    if (!dir) return Failed("open", directory.path);
    const int dir_fd = fd.Release();
    std::set<std::string, std::less<>> names;
    for (errno = 0;; errno = 0) {
      const dirent* item = readdir(dir.get());
      if (item == nullptr) break;
      const std::string name = item->d_name;
      if (name == "." || name == "..") continue;
      COOPER_RETURN_IF_ERROR(Take(dir_fd, name, directory));
      names.insert(name);
    }
    if (errno != 0) return Failed("readdir", directory.path);
    if (!directory.hides) return Ok();
    // Image-spec asks for explicit whiteouts in place of opaque marks.
    for (const std::string& name : lower_.List(directory.path)) {
      if (names.contains(name)) continue;
      found_.push_back(WhiteoutAt(JoinPath(directory.path, name)));
    }
    return Ok();
  }

  Status Take(int dir_fd, const std::string& name, const Pending& directory) {
    const std::string path = JoinPath(directory.path, name);
    COOPER_RETURN_IF_ERROR(CheckPathLength(path));
    COOPER_ASSIGN_OR_RETURN(std::optional<OverlayEntry> found,
                            ReadOverlayEntry(dir_fd, name, path));
    if (!found) {
      // A socket in the place of something, which is gone by it.
      if (lower_.Find(path)) found_.push_back(WhiteoutAt(path));
      return Ok();
    }
    if (owners_ != nullptr) {
      COOPER_RETURN_IF_ERROR(
          TellTruth(*owners_, dir_fd, name, lower_, directory.lends_group, *found));
    }
    if (found->entry.type == EntryType::kDirectory) {
      pending_.push_back({.path = path,
                          .hides = directory.hides || found->entry.opaque,
                          .lends_group = LentBy(found->entry)});
      found->entry.opaque = false;
    }
    if (stubs_.contains(path)) return Ok();
    // A whiteout of nothing: lower layers lost the file to one another.
    if (found->entry.type == EntryType::kWhiteout && !lower_.Find(path)) return Ok();
    found_.push_back(*std::move(found));
    return Ok();
  }

  const int root_fd_;
  const TreeEntry root_before_;
  const FileTree& lower_;
  const std::set<std::string> stubs_;
  const OwnerRecords* const owners_;
  std::vector<Pending> pending_;
  std::vector<OverlayEntry> found_;
};

}  // namespace

Result<LayerIndex> ReadOverlayLayer(int root_fd, const TreeEntry& root_before,
                                    const FileTree& lower, const std::vector<std::string>& stubs,
                                    const OwnerRecords* owners) {
  return Differ(root_fd, root_before, lower, stubs, owners).Run();
}

}  // namespace cooper
