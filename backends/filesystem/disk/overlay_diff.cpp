#include "backends/filesystem/disk/overlay_diff.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

constexpr size_t kMaxPathBytes = 4096;  // as much as reading a layer accepts

Error Failed(std::string_view call, std::string_view path) {
  const int number = errno;
  return ErrnoError(DiagnosticKind::kStore, fmt::format("{} failed for `/{}`", call, path), number);
}

class FdReader : public ContentReader {
 public:
  explicit FdReader(ScopedFd fd) : fd_(std::move(fd)) {}

  Result<size_t> Read(std::span<char> buffer) override {
    for (;;) {
      const ssize_t size = read(fd_.get(), buffer.data(), buffer.size());
      if (size >= 0) return static_cast<size_t>(size);
      if (errno != EINTR) return ErrnoError(DiagnosticKind::kStore, "read failed", errno);
    }
  }

 private:
  ScopedFd fd_;
};

class DirectoryStore : public ContentStore {
 public:
  explicit DirectoryStore(int root_fd) : root_(root_fd) {}

  Result<std::unique_ptr<ContentReader>> Open(const TreeEntry& entry) const override {
    ScopedFd fd = OpenBeneath(root_.get(), entry.path, O_RDONLY | O_NONBLOCK);
    if (!fd.ok()) return Failed("open", entry.path);
    struct stat status = {};
    if (fstat(fd.get(), &status) != 0) return Failed("stat", entry.path);
    if (!S_ISREG(status.st_mode)) {
      return Error(DiagnosticKind::kStore,
                   fmt::format("`/{}` is no regular file any more", entry.path));
    }
    return std::unique_ptr<ContentReader>(std::make_unique<FdReader>(std::move(fd)));
  }

 private:
  ScopedFd root_;
};

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};

class Differ {
 public:
  Differ(int root_fd, const TreeEntry& root_before, const FileTree& lower,
         const std::vector<std::string>& stubs, const OwnerRecords* owners)
      : root_fd_(root_fd),
        root_before_(root_before),
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
    std::sort(found_.begin(), found_.end(), [](const OverlayEntry& a, const OverlayEntry& b) {
      return TreeOrder(a.entry.path, b.entry.path);
    });
    COOPER_RETURN_IF_ERROR(DropUnchanged());
    NameHardLinks();
    std::vector<TreeEntry> entries;
    entries.reserve(found_.size() + 1);
    COOPER_ASSIGN_OR_RETURN(std::optional<TreeEntry> root, ChangedRoot());
    if (root) entries.push_back(*std::move(root));
    for (OverlayEntry& found : found_) entries.push_back(std::move(found.entry));
    return LayerIndex(std::move(entries));
  }

 private:
  struct Pending {
    std::string path;
    bool hides;                            // what lower layers have in it
    std::optional<FileOwner> lends_group;  // to what is made in it
  };

  static std::optional<FileOwner> LentBy(const TreeEntry& directory) {
    if ((directory.mode & S_ISGID) == 0) return std::nullopt;
    return FileOwner{.uid = directory.uid, .gid = directory.gid};
  }

  // Says of an entry what the disk cannot, with `owners_`.
  Status TellTruth(int dir_fd, const std::string& name, const Pending& directory,
                   OverlayEntry& found) const {
    TreeEntry& entry = found.entry;
    if (owners_ == nullptr || entry.type == EntryType::kWhiteout) return Ok();
    std::optional<NodeStatus> status = ReadNodeStatus(dir_fd, name.c_str());
    if (!status) return Failed("statx", entry.path);
    status->copied_up = found.copied_up;
    const NodeTruth truth = owners_->Of(
        entry.path, *status, [this](const auto& path) { return lower_.Find(path); },
        [&] { return directory.lends_group; });
    entry.uid = truth.owner.uid;
    entry.gid = truth.owner.gid;
    if (!truth.device) return Ok();
    entry.type = *truth.device;
    entry.device_major = truth.device_major;
    entry.device_minor = truth.device_minor;
    return Ok();
  }

  Result<TreeEntry> RootNow() const {
    COOPER_ASSIGN_OR_RETURN(TreeEntry root, ReadOverlayRoot(root_fd_));
    if (owners_ == nullptr) return root;
    OverlayEntry found;
    found.entry = std::move(root);
    COOPER_RETURN_IF_ERROR(TellTruth(root_fd_, ".", {}, found));
    return std::move(found.entry);
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
      OverlayEntry whiteout;
      whiteout.entry.path = JoinPath(directory.path, name);
      whiteout.entry.type = EntryType::kWhiteout;
      found_.push_back(std::move(whiteout));
    }
    return Ok();
  }

  Status Take(int dir_fd, const std::string& name, const Pending& directory) {
    const std::string path = JoinPath(directory.path, name);
    if (path.size() > kMaxPathBytes) {
      return Error(DiagnosticKind::kLimitExceeded,
                   fmt::format("a path of more than {} bytes was left in `/{}...`; remove it in "
                               "the same step",
                               kMaxPathBytes, path.substr(0, 200)));
    }
    COOPER_ASSIGN_OR_RETURN(std::optional<OverlayEntry> found,
                            ReadOverlayEntry(dir_fd, name, path));
    if (!found) return Ok();
    COOPER_RETURN_IF_ERROR(TellTruth(dir_fd, name, directory, *found));
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

  // Overlay copies up on every attempt to change something, and the parents too.
  Status DropUnchanged() {
    std::vector<OverlayEntry> kept;
    for (auto it = found_.rbegin(); it != found_.rend(); ++it) {
      const bool parent = !kept.empty() && IsBelow(kept.back().entry.path, it->entry.path);
      COOPER_ASSIGN_OR_RETURN(const bool changed, parent ? true : Changed(*it));
      if (changed) kept.push_back(std::move(*it));
    }
    std::reverse(kept.begin(), kept.end());
    found_ = std::move(kept);
    return Ok();
  }

  // Compared with the directory as it was, not with `lower_`: in a user namespace it
  // may lack an owner or xattrs of that from the start. They are not lost by it.
  Result<std::optional<TreeEntry>> ChangedRoot() const {
    COOPER_ASSIGN_OR_RETURN(const TreeEntry now, RootNow());
    TreeEntry before = root_before_;
    if (owners_ != nullptr) {
      const TreeEntry below = *lower_.Find("");
      before.uid = below.uid;
      before.gid = below.gid;
    }
    if (now.mode == before.mode && now.uid == before.uid && now.gid == before.gid &&
        now.xattrs == before.xattrs) {
      return std::optional<TreeEntry>();
    }
    TreeEntry root = *lower_.Find("");
    root.opaque = false;
    root.mtime = now.mtime;
    if (now.mode != before.mode) root.mode = now.mode;
    if (now.uid != before.uid) root.uid = now.uid;
    if (now.gid != before.gid) root.gid = now.gid;
    for (const auto& [key, value] : before.xattrs) root.xattrs.erase(key);
    for (const auto& [key, value] : now.xattrs) root.xattrs.insert_or_assign(key, value);
    return std::optional(std::move(root));
  }

  Result<bool> Changed(const OverlayEntry& found) const {
    const TreeEntry& entry = found.entry;
    if (entry.type == EntryType::kWhiteout || found.linked) return true;
    std::optional<TreeEntry> before = lower_.Find(entry.path);
    if (!before || before->type != entry.type) return true;
    before->opaque = false;
    // The time alone says that something came and went, such as a stub.
    if (entry.type == EntryType::kDirectory) before->mtime = entry.mtime;
    if (*before != entry) return true;
    if (entry.type != EntryType::kFile || entry.size_bytes == 0) return false;
    return ContentChanged(entry);
  }

  Result<bool> ContentChanged(const TreeEntry& entry) const {
    COOPER_ASSIGN_OR_RETURN(const auto before, lower_.Open(entry.path));
    ScopedFd fd = OpenBeneath(root_fd_, entry.path, O_RDONLY | O_NONBLOCK);
    if (!fd.ok()) return Failed("open", entry.path);
    FdReader now(std::move(fd));
    std::array<char, 32768> a;
    std::array<char, 32768> b;
    for (;;) {
      COOPER_ASSIGN_OR_RETURN(const size_t size_a, ReadFull(*before, a));
      COOPER_ASSIGN_OR_RETURN(const size_t size_b, ReadFull(now, b));
      if (size_a != size_b || std::memcmp(a.data(), b.data(), size_a) != 0) return true;
      if (size_a < a.size()) return false;
    }
  }

  static Result<size_t> ReadFull(ContentReader& reader, std::span<char> buffer) {
    size_t done = 0;
    while (done < buffer.size()) {
      COOPER_ASSIGN_OR_RETURN(const size_t size, reader.Read(buffer.subspan(done)));
      if (size == 0) break;
      done += size;
    }
    return done;
  }

  void NameHardLinks() {
    std::map<std::pair<dev_t, ino_t>, std::string> first;
    for (OverlayEntry& found : found_) {
      if (!found.linked) continue;
      TreeEntry& entry = found.entry;
      const auto [at, added] = first.try_emplace({found.device, found.inode}, entry.path);
      if (added) continue;
      entry.type = EntryType::kHardLink;
      entry.link = at->second;
      entry.size_bytes = 0;
      entry.device_major = 0;
      entry.device_minor = 0;
      entry.xattrs.clear();
    }
  }

  const int root_fd_;
  const TreeEntry& root_before_;
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

Result<TreeEntry> ReadOverlayRoot(int root_fd) {
  COOPER_ASSIGN_OR_RETURN(std::optional<OverlayEntry> root, ReadOverlayEntry(root_fd, ".", ""));
  if (!root || root->entry.type != EntryType::kDirectory) {
    return Error(DiagnosticKind::kInternal, "the root of a layer is no directory");
  }
  root->entry.opaque = false;
  return std::move(root->entry);
}

std::shared_ptr<const ContentStore> DirectoryContent(int root_fd) {
  return std::make_shared<DirectoryStore>(root_fd);
}

}  // namespace cooper
