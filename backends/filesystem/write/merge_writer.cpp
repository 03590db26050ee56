#include "backends/filesystem/write/merge_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <string_view>
#include <utility>

#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/disk_node.h"
#include "backends/filesystem/disk/overlay_entry.h"
#include "backends/filesystem/tree/link_resolver.h"
#include "backends/filesystem/tree/write_resolver.h"
#include "backends/filesystem/write/copy_node.h"
#include "backends/filesystem/write/guarded_removal.h"
#include "backends/filesystem/write/write_errors.h"

namespace cooper {
namespace {

const ProtectedPaths kNothingKept;

}  // namespace

struct MergeWriter::State {
  State(int fd, MergeWriterOptions given)
      : root_fd(fd),
        options(std::move(given)),
        keep(options.keep == nullptr ? kNothingKept : *options.keep),
        resolver(options.lower),
        node_options(options.nodes) {}

  void Forget() {
    last_fd = ScopedFd();
    last_path.clear();
  }

  // The descriptor of the directory at a resolved path, made when it is missing. Valid
  // until the next call. What is done in it does not change its time.
  Result<int> Directory(const std::string& path) {
    if (last_fd.ok() && path == last_path) return last_fd.get();
    ScopedFd fd = OpenBeneath(root_fd, path, O_PATH | O_DIRECTORY);
    if (!fd.ok() && errno == EACCES && !path.empty()) {
      // A directory above denies us what a lower layer took from its owner: see Unlock.
      const Result<int> above = Directory(std::string(ParentPath(path)));
      if (!above.ok()) return above.error();
      fd = OpenBeneath(root_fd, path, O_PATH | O_DIRECTORY);
    }
    if (!fd.ok()) {
      if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) return CallFailed("open", path);
      COOPER_RETURN_IF_ERROR(MakeParent(path));
      fd = OpenBeneath(root_fd, path, O_PATH | O_DIRECTORY);
      if (!fd.ok()) return CallFailed("open", path);
    } else if (!directories.contains(path)) {
      std::optional<TreeEntry> before = resolver.Lower(path);
      // What this layer hid is gone from the disk; so this is one that it does not know.
      if (!before) before = PlainDirectory(path);
      before->xattrs.clear();
      COOPER_RETURN_IF_ERROR(Unlock(fd.get(), *before));
      directories.emplace(path, *std::move(before));
    }
    last_fd = std::move(fd);
    last_path = path;
    return last_fd.get();
  }

  // Gives the owner all permissions on a directory of a lower layer until Finish, as
  // SetDirectoryMetadata does for those of this one.
  static Status Unlock(int fd, const TreeEntry& directory) {
    if ((directory.mode & S_IRWXU) == S_IRWXU) return Ok();
    const std::string node = fmt::format("/proc/self/fd/{}", fd);
    if (chmod(node.c_str(), directory.mode | S_IRWXU) != 0)
      return CallFailed("chmod", directory.path);
    return Ok();
  }

  // Makes a directory that entries below it imply; in the place of a file too.
  Status MakeParent(const std::string& path) {
    const TreeEntry* own = resolver.Own(path);
    if (own != nullptr && own->type != EntryType::kWhiteout) {
      return InvalidEntry(path, "is no directory, but a later entry is below it");
    }
    return PutDirectory(PlainDirectory(path));
  }

  // Removes what is at the entry's path, whoever put it there. False when a protected
  // path is in it, and so it stays as an emptied directory.
  Result<bool> ClearPlace(const std::string& path) {
    COOPER_ASSIGN_OR_RETURN(const int parent, Directory(std::string(ParentPath(path))));
    COOPER_ASSIGN_OR_RETURN(const bool gone, RemoveUnguarded(parent, path, keep));
    if (path == last_path || IsBelow(last_path, path)) Forget();
    directories.erase(path);
    EraseBelow(directories, path);
    return gone;
  }

  Status Clear(const std::string& path) {
    COOPER_ASSIGN_OR_RETURN(const bool gone, ClearPlace(path));
    static_cast<void>(gone);
    return Ok();
  }

  Status Skip(const std::string& path) {
    if (options.skipped) options.skipped(path);
    return Ok();
  }

  // Xattrs of a lower layer's directory do not show through the one of an upper layer.
  Status ClearXattrs(int fd, const TreeEntry& entry) {
    COOPER_ASSIGN_OR_RETURN(const auto now, ReadPlainEntry(fd, ".", entry.path));
    if (!now) return Ok();
    for (const auto& [key, value] : now->entry.xattrs) {
      if (entry.xattrs.contains(key)) continue;
      if (fremovexattr(fd, key.c_str()) != 0 && errno != ENODATA) {
        return CallFailed("removexattr", entry.path);
      }
    }
    return Ok();
  }

  Status PutDirectory(TreeEntry entry) {
    const TreeEntry* own = resolver.Own(entry.path);
    // In place of a whiteout it still hides what was below.
    if (own != nullptr && own->type == EntryType::kWhiteout) entry.opaque = true;
    ScopedFd fd = OpenBeneath(root_fd, entry.path, O_RDONLY | O_DIRECTORY);
    if (!fd.ok() && errno == EACCES) {
      const Result<int> unlocked = Directory(entry.path);
      if (!unlocked.ok()) return unlocked.error();
      fd = OpenBeneath(root_fd, entry.path, O_RDONLY | O_DIRECTORY);
    }
    if (!fd.ok() && errno != ENOENT && errno != ENOTDIR && errno != ELOOP) {
      return CallFailed("open", entry.path);
    }
    if (fd.ok()) {
      COOPER_RETURN_IF_ERROR(ClearXattrs(fd.get(), entry));
      COOPER_RETURN_IF_ERROR(SetDirectoryMetadata(fd.get(), entry, node_options));
    } else {
      COOPER_RETURN_IF_ERROR(Clear(entry.path));
      COOPER_ASSIGN_OR_RETURN(const int parent, Directory(std::string(ParentPath(entry.path))));
      COOPER_RETURN_IF_ERROR(
          MakeNode(parent, std::string(LastName(entry.path)), entry, nullptr, node_options));
    }
    if (entry.opaque && fd.ok()) COOPER_RETURN_IF_ERROR(HideLower(entry.path));
    resolver.Put(entry);
    entry.xattrs.clear();
    directories.insert_or_assign(entry.path, std::move(entry));
    return Ok();
  }

  // Removes what lower layers have below a directory, and leaves what this layer put.
  Status HideLower(const std::string& path) {
    if (options.lower == nullptr) return Ok();
    for (const std::string& name : options.lower->List(path)) {
      const std::string child = JoinPath(path, name);
      const TreeEntry* own = resolver.Own(child);
      const bool is_own_directory = own != nullptr && own->type == EntryType::kDirectory;
      if (own != nullptr && (!is_own_directory || own->opaque)) continue;
      if (own == nullptr && !directories.contains(child)) {
        COOPER_RETURN_IF_ERROR(Clear(child));
        continue;
      }
      COOPER_RETURN_IF_ERROR(HideLower(child));
      if (is_own_directory) continue;
      // One that this layer has only looked into goes; it stays with what is in it.
      COOPER_ASSIGN_OR_RETURN(const int parent, Directory(path));
      if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0) {
        directories.erase(child);
        Forget();
      }
    }
    return Ok();
  }

  Status PutWhiteout(const TreeEntry& entry) {
    // Nothing to remove: its parents may not even be there.
    const bool needless = options.lower == nullptr || !resolver.Lower(entry.path);
    if (needless && resolver.Own(entry.path) == nullptr) return Ok();
    COOPER_ASSIGN_OR_RETURN(const bool gone, ClearPlace(entry.path));
    if (!gone) COOPER_RETURN_IF_ERROR(Skip(entry.path));
    resolver.Put(entry);
    return Ok();
  }

  // A file of its own: overlayfs makes one of a name when it is written to.
  Status PutHardLink(const TreeEntry& entry) {
    COOPER_ASSIGN_OR_RETURN(const std::string target, resolver.Resolve(entry.link));
    const TreeEntry* own = resolver.Own(target);
    if (target == entry.path) return InvalidEntry(entry.path, "is a hard link to itself");
    if (keep.Covers(target)) return Skip(entry.path);
    if (own == nullptr) {
      return options.hard_links ? LinkToLower(entry, target) : CopyFromLower(entry, target);
    }
    if (own->type == EntryType::kWhiteout || own->type == EntryType::kDirectory) {
      return InvalidEntry(entry.path,
                          fmt::format("is a hard link to `{}`, which is no file", entry.link));
    }
    if (IsBelow(target, entry.path)) {
      return InvalidEntry(entry.path, "is a hard link to something inside of what it replaces");
    }
    return LinkOrCopy(entry, target, *own);
  }

  // At the entry's path: one more name of the file at `target`, or a copy of it. `file` says
  // what that is.
  Status LinkOrCopy(TreeEntry entry, const std::string& target, const TreeEntry& file) {
    entry.type = file.type;
    entry.link = file.link;
    const ScopedFd holder =
        OpenBeneath(root_fd, std::string(ParentPath(target)), O_PATH | O_DIRECTORY);
    if (!holder.ok()) return CallFailed("open", target);
    COOPER_ASSIGN_OR_RETURN(const bool gone, ClearPlace(entry.path));
    if (!gone) return Skip(entry.path);
    COOPER_ASSIGN_OR_RETURN(const int parent, Directory(std::string(ParentPath(entry.path))));
    const std::string from(LastName(target));
    const std::string to(LastName(entry.path));
    const bool linked =
        options.hard_links && linkat(holder.get(), from.c_str(), parent, to.c_str(), 0) == 0;
    // Too many names for one file, or a file system that has no links.
    if (!linked) {
      COOPER_RETURN_IF_ERROR(CopyNode(holder.get(), from, parent, to, node_options));
    }
    resolver.Put(entry);
    return Ok();
  }

  Status LinkToLower(const TreeEntry& entry, const std::string& target) {
    const std::optional<TreeEntry> file = resolver.Lower(target);
    if (!file || file->type == EntryType::kDirectory) return NoFile(entry, file.has_value());
    return LinkOrCopy(entry, target, *file);
  }

  static Error NoFile(const TreeEntry& entry, bool is_directory) {
    return InvalidEntry(entry.path, fmt::format("is a hard link to `{}`, which is {}", entry.link,
                                                is_directory ? "a directory" : "not there"));
  }

  // As for a link to a file of this layer.
  Status CopyFromLower(const TreeEntry& entry, const std::string& target) {
    std::optional<TreeEntry> file = resolver.Lower(target);
    if (!file || file->type == EntryType::kDirectory) return NoFile(entry, file.has_value());
    file->path = entry.path;
    std::unique_ptr<ContentReader> content;
    if (file->type == EntryType::kFile && file->size_bytes > 0) {
      COOPER_ASSIGN_OR_RETURN(content, options.lower->Open(target));
    }
    return PutNode(*file, content.get());
  }

  Status PutNode(const TreeEntry& entry, ContentReader* content) {
    COOPER_ASSIGN_OR_RETURN(const bool gone, ClearPlace(entry.path));
    if (!gone) return Skip(entry.path);
    COOPER_ASSIGN_OR_RETURN(const int parent, Directory(std::string(ParentPath(entry.path))));
    COOPER_RETURN_IF_ERROR(
        MakeNode(parent, std::string(LastName(entry.path)), entry, content, node_options));
    resolver.Put(entry);
    return Ok();
  }

  const int root_fd;
  const MergeWriterOptions options;
  const ProtectedPaths& keep;
  WriteResolver resolver;
  const NodeOptions node_options;
  std::map<std::string, TreeEntry, std::less<>> directories;  // to finish
  ScopedFd last_fd;
  std::string last_path;
};

MergeWriter::MergeWriter(int root_fd, MergeWriterOptions options)
    : state_(std::make_unique<State>(root_fd, std::move(options))) {}

MergeWriter::~MergeWriter() = default;

Status MergeWriter::Add(const TreeEntry& original, ContentReader* content) {
  State& state = *state_;
  if (original.path.empty() && original.type != EntryType::kDirectory) {
    return InvalidEntry("/", "would replace the root directory");
  }
  TreeEntry entry = original;
  COOPER_ASSIGN_OR_RETURN(entry.path, state.resolver.Resolve(original.path));
  if (state.keep.Covers(entry.path)) return state.Skip(entry.path);
  switch (entry.type) {
    case EntryType::kDirectory:
      return state.PutDirectory(std::move(entry));
    case EntryType::kWhiteout:
      return state.PutWhiteout(entry);
    case EntryType::kHardLink:
      return state.PutHardLink(entry);
    default:
      return state.PutNode(entry, content);
  }
}

Status MergeWriter::Finish() {
  State& state = *state_;
  // The deepest first, since a finished directory may let nobody through.
  for (auto at = state.directories.rbegin(); at != state.directories.rend(); ++at) {
    const ScopedFd fd = OpenBeneath(state.root_fd, at->first, O_RDONLY | O_DIRECTORY);
    if (!fd.ok()) return CallFailed("open", at->first);
    if (state.options.open_directories) at->second.mode |= S_IRWXU;
    COOPER_RETURN_IF_ERROR(FinishDirectory(fd.get(), at->second));
  }
  return Ok();
}

}  // namespace cooper
