#include "backends/filesystem/context/context_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "backends/filesystem/context/context_content.h"
#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/tree/link_resolver.h"
#include "backends/filesystem/tree/pattern_matcher.h"

namespace cooper {
namespace {

constexpr size_t kMaxEntries = 2'000'000;
constexpr size_t kMaxPathBytes = 4096;
// The kernel's own limits on a list of names and on one value.
constexpr size_t kMaxXattrBytes = 65536;

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

struct WalkedEntry {
  TreeEntry entry;
  // An excluded directory that stays only if something below it is wanted.
  bool excluded = false;
  FileStamp stamp;              // of a regular file
  bool has_more_names = false;  // hard links
};

Error ReadError(const std::string& path, int error_number) {
  return ErrnoError(
      DiagnosticKind::kContext,
      "cannot read " + (path.empty() ? "the context" : "`" + path + "` of the context"),
      error_number);
}

bool IsKeptXattr(std::string_view name) {
  return name == "security.capability" || name.starts_with("user.");
}

// Fills an entry from what the kernel says; false for what is left out (sockets).
bool Describe(const struct stat& status, TreeEntry& entry) {
  entry.mode = status.st_mode & 07777;
  entry.mtime = {.seconds = status.st_mtim.tv_sec,
                 .nanoseconds = static_cast<uint32_t>(status.st_mtim.tv_nsec)};
  switch (status.st_mode & S_IFMT) {
    case S_IFREG:
      entry.type = EntryType::kFile;
      entry.size_bytes = static_cast<uint64_t>(status.st_size);
      return true;
    case S_IFDIR:
      entry.type = EntryType::kDirectory;
      return true;
    case S_IFLNK:
      entry.type = EntryType::kSymlink;
      return true;
    case S_IFIFO:
      entry.type = EntryType::kFifo;
      return true;
    case S_IFCHR:
    case S_IFBLK:
      entry.type = S_ISCHR(status.st_mode) ? EntryType::kCharDevice : EntryType::kBlockDevice;
      entry.device_major = major(status.st_rdev);
      entry.device_minor = minor(status.st_rdev);
      return true;
    default:
      return false;
  }
}

class ContextWalker {
 public:
  ContextWalker(int root_fd, const PatternMatcher& exclude, FileDigests* digests)
      : root_fd_(root_fd), exclude_(exclude), digests_(digests) {}

  // One directory is open at a time, so that depth costs no descriptors.
  Status Walk() {
    std::vector<std::string> directories = {""};
    while (!directories.empty()) {
      const std::string directory = std::move(directories.back());
      directories.pop_back();
      COOPER_RETURN_IF_ERROR(ReadDirectory(directory, directories));
    }
    return Ok();
  }

  // The entries, and what only regular files have.
  LayerIndex Finish(ContextContent::Files& files) {
    std::sort(walked_.begin(), walked_.end(), [](const WalkedEntry& a, const WalkedEntry& b) {
      return TreeOrder(a.entry.path, b.entry.path);
    });
    // What is kept below a directory follows it at once, so backwards it is
    // known already.
    std::string_view next_kept;
    for (auto walked = walked_.rbegin(); walked != walked_.rend(); ++walked) {
      if (walked->excluded && !IsBelow(next_kept, walked->entry.path)) continue;
      walked->excluded = false;
      next_kept = walked->entry.path;
    }
    std::vector<TreeEntry> entries;
    entries.reserve(walked_.size());
    std::map<std::pair<uint64_t, uint64_t>, std::string> first_names;
    for (WalkedEntry& walked : walked_) {
      if (walked.excluded) continue;
      if (walked.has_more_names) {
        const auto [first, is_first] = first_names.emplace(
            std::pair(walked.stamp.device, walked.stamp.inode), walked.entry.path);
        if (!is_first) {
          walked.entry.type = EntryType::kHardLink;
          walked.entry.link = first->second;
          walked.entry.size_bytes = 0;
        }
      }
      if (walked.entry.type == EntryType::kFile) {
        files.emplace(
            walked.entry.path,
            ContextContent::Walked{.stamp = walked.stamp, .plain = walked.entry.xattrs.empty()});
      }
      entries.push_back(std::move(walked.entry));
    }
    walked_.clear();
    return LayerIndex(std::move(entries));
  }

 private:
  Status ReadDirectory(const std::string& directory, std::vector<std::string>& directories) {
    ScopedFd fd = OpenBeneath(root_fd_, directory, O_RDONLY | O_DIRECTORY);
    if (!fd.ok()) {
      if (errno == ENOENT) return Ok();
      return ReadError(directory, errno);
    }
    const std::unique_ptr<DIR, CloseDirectory> stream(fdopendir(fd.get()));
    if (stream == nullptr) return ReadError(directory, errno);
    const int directory_fd = fd.Release();
    for (;;) {
      errno = 0;
      const dirent* const item = readdir(stream.get());
      if (item == nullptr) {
        if (errno != 0) return ReadError(directory, errno);
        return Ok();
      }
      const std::string_view name = item->d_name;
      if (name == "." || name == "..") continue;
      COOPER_RETURN_IF_ERROR(ReadEntry(directory_fd, directory, item->d_name, directories));
    }
  }

  Status ReadEntry(int directory_fd, const std::string& directory, const char* name,
                   std::vector<std::string>& directories) {
    WalkedEntry walked;
    TreeEntry& entry = walked.entry;
    entry.path = JoinPath(directory, name);
    if (entry.path.size() > kMaxPathBytes) {
      return Error(DiagnosticKind::kLimitExceeded,
                   "a path of the context has " + std::to_string(entry.path.size()) +
                       " bytes; the limit is " + std::to_string(kMaxPathBytes));
    }
    walked.excluded = exclude_.Matches(entry.path);
    if (walked.excluded && !exclude_.MayReinclude(entry.path)) return Ok();

    struct stat status = {};
    if (fstatat(directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      // Gone since it was listed.
      if (errno == ENOENT) return Ok();
      return ReadError(entry.path, errno);
    }
    if (!Describe(status, entry)) return Ok();
    if (entry.type == EntryType::kDirectory) {
      directories.push_back(entry.path);
    } else if (walked.excluded) {
      return Ok();
    } else {
      walked.stamp = FileStamp::Of(status);
      walked.has_more_names = status.st_nlink > 1;
    }
    if (entry.type == EntryType::kSymlink) {
      COOPER_RETURN_IF_ERROR(ReadLink(directory_fd, name, entry));
    }
    const bool known_plain =
        entry.type == EntryType::kFile && digests_ != nullptr && digests_->IsPlain(walked.stamp);
    if (!known_plain && (entry.type == EntryType::kFile || entry.type == EntryType::kDirectory)) {
      COOPER_RETURN_IF_ERROR(ReadXattrs(directory_fd, name, entry));
    }
    if (walked_.size() == kMaxEntries) {
      return Error(DiagnosticKind::kLimitExceeded,
                   "the context has more than " + std::to_string(kMaxEntries) +
                       " entries; leave some out with `.dockerignore`");
    }
    walked_.push_back(std::move(walked));
    return Ok();
  }

  static Status ReadLink(int directory_fd, const char* name, TreeEntry& entry) {
    std::array<char, PATH_MAX + 1> target;
    const ssize_t size = readlinkat(directory_fd, name, target.data(), target.size());
    if (size < 0) return ReadError(entry.path, errno);
    entry.link.assign(target.data(), static_cast<size_t>(size));
    return Ok();
  }

  // Through the descriptor's entry in /proc, since no call reads attributes
  // relative to a directory without opening the file; the name itself is not
  // followed. Without /proc there are no attributes to be had.
  static Status ReadXattrs(int directory_fd, const char* name, TreeEntry& entry) {
    const std::string path = "/proc/self/fd/" + std::to_string(directory_fd) + "/" + name;
    std::array<char, 512> small;
    std::string large;
    const char* names = small.data();
    ssize_t size = llistxattr(path.c_str(), small.data(), small.size());
    if (size < 0 && errno == ERANGE) {
      large.resize(kMaxXattrBytes);
      size = llistxattr(path.c_str(), large.data(), large.size());
      names = large.data();
    }
    if (size < 0) {
      if (errno == ENOTSUP || errno == ENOENT || errno == ENOTDIR) return Ok();
      return ReadError(entry.path, errno);
    }
    std::string_view rest(names, static_cast<size_t>(size));
    while (!rest.empty()) {
      const std::string attribute(rest.substr(0, rest.find('\0')));
      rest.remove_prefix(std::min(rest.size(), attribute.size() + 1));
      if (!IsKeptXattr(attribute)) continue;
      std::string value(kMaxXattrBytes, '\0');
      const ssize_t value_size =
          lgetxattr(path.c_str(), attribute.c_str(), value.data(), value.size());
      if (value_size < 0) {
        // A user attribute needs leave to read the file; copying it will say so.
        if (errno == ENODATA || errno == ENOENT || errno == EACCES) continue;
        return ReadError(entry.path, errno);
      }
      value.resize(static_cast<size_t>(value_size));
      entry.xattrs.emplace(attribute, std::move(value));
    }
    return Ok();
  }

  int root_fd_;
  const PatternMatcher& exclude_;
  FileDigests* const digests_;  // may be null
  std::vector<WalkedEntry> walked_;
};

}  // namespace

Result<FileTree> OpenContextTree(const std::string& directory,
                                 const std::vector<std::string>& exclude,
                                 std::shared_ptr<FileDigests> digests) {
  COOPER_ASSIGN_OR_RETURN(const PatternMatcher matcher, PatternMatcher::Compile(exclude));
  ScopedFd root(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.ok()) {
    return ErrnoError(DiagnosticKind::kContext, "cannot open context `" + directory + "`", errno);
  }
  ContextWalker walker(root.get(), matcher, digests.get());
  COOPER_RETURN_IF_ERROR(walker.Walk());
  ContextContent::Files files;
  auto index = std::make_shared<LayerIndex>(walker.Finish(files));
  FileTree tree;
  tree.Push({.index = std::move(index),
             .content = std::make_shared<ContextContent>(std::move(root), std::move(files),
                                                         std::move(digests))});
  return tree;
}

}  // namespace cooper
