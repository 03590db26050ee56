#include "backends/filesystem/write/directory_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <map>

#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/disk_node.h"
#include "backends/filesystem/tree/link_resolver.h"
#include "backends/filesystem/tree/write_resolver.h"
#include "backends/filesystem/write/write_errors.h"

namespace cooper {
struct DirectoryWriter::State {
  State(int fd, const DirectoryWriterOptions& options)
      : root_fd(fd),
        lower(options.lower),
        resolver(options.lower),
        node_options{.user_namespace = options.user_xattrs,
                     .one_id = options.one_id,
                     .truths = options.truths},
        opaque_name(std::string(options.user_xattrs ? kUserOverlay : kTrustedOverlay) + "opaque") {}

  // The descriptor of the directory at a resolved path, made when it is missing.
  // Valid until the next call.
  Result<int> Directory(const std::string& path) {
    if (path.empty()) return root_fd;
    if (last_fd.ok() && path == last_path) return last_fd.get();
    ScopedFd fd = OpenBeneath(root_fd, path, O_PATH | O_DIRECTORY);
    if (!fd.ok()) {
      if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) return CallFailed("open", path);
      COOPER_RETURN_IF_ERROR(MakeParent(path));
      fd = OpenBeneath(root_fd, path, O_PATH | O_DIRECTORY);
      if (!fd.ok()) return CallFailed("open", path);
    }
    last_fd = std::move(fd);
    last_path = path;
    return last_fd.get();
  }

  // Makes a directory that entries below it imply.
  Status MakeParent(const std::string& path) {
    const TreeEntry* own = resolver.Own(path);
    if (own != nullptr && own->type == EntryType::kDirectory) return Ok();
    if (own != nullptr && own->type != EntryType::kWhiteout) {
      return InvalidEntry(path, "is no directory, but a later entry is below it");
    }
    TreeEntry directory = PlainDirectory(path);
    const std::optional<TreeEntry> below = resolver.Lower(path);
    if (own == nullptr && below && below->type == EntryType::kDirectory) directory = *below;
    directory.path = path;
    directory.opaque = false;
    return PutDirectory(directory);
  }

  void Forget() {
    last_fd = ScopedFd();
    last_path.clear();
  }

  // Clears the place of a node that is no directory, or of a directory.
  Result<int> ClearPlace(const TreeEntry& entry) {
    const std::string parent(ParentPath(entry.path));
    if (resolver.Own(entry.path) != nullptr) {
      COOPER_ASSIGN_OR_RETURN(const int fd, Directory(parent));
      COOPER_RETURN_IF_ERROR(RemoveNode(fd, std::string(LastName(entry.path)), entry.path));
      Forget();
      directories.erase(entry.path);
      EraseBelow(directories, entry.path);
    }
    return Directory(parent);
  }

  Status PutDirectory(TreeEntry entry) {
    const TreeEntry* own = resolver.Own(entry.path);
    if (entry.path.empty() || (own != nullptr && own->type == EntryType::kDirectory)) {
      const ScopedFd fd = OpenBeneath(root_fd, entry.path, O_RDONLY | O_DIRECTORY);
      if (!fd.ok()) return CallFailed("open", entry.path);
      COOPER_RETURN_IF_ERROR(SetDirectoryMetadata(fd.get(), entry, node_options));
    } else {
      // In place of a whiteout it still hides what is below.
      if (own != nullptr && own->type == EntryType::kWhiteout) entry.opaque = true;
      COOPER_ASSIGN_OR_RETURN(const int parent, ClearPlace(entry));
      COOPER_RETURN_IF_ERROR(
          MakeNode(parent, std::string(LastName(entry.path)), entry, nullptr, node_options));
    }
    if (entry.opaque && !entry.path.empty()) COOPER_RETURN_IF_ERROR(MarkOpaque(entry.path));
    resolver.Put(entry);
    entry.xattrs.clear();
    directories[entry.path] = std::move(entry);
    return Ok();
  }

  Status MarkOpaque(const std::string& path) {
    const ScopedFd fd = OpenBeneath(root_fd, path, O_RDONLY | O_DIRECTORY);
    if (!fd.ok()) return CallFailed("open", path);
    if (fsetxattr(fd.get(), opaque_name.c_str(), "y", 1, 0) != 0 && TakesMarks()) {
      return CallFailed(fmt::format("setting xattr {}", opaque_name), path);
    }
    return Ok();
  }

  Status MakeWhiteout(int parent, const std::string& name, std::string_view path) {
    if (mknodat(parent, name.c_str(), S_IFCHR, makedev(0, 0)) != 0 && TakesMarks()) {
      return CallFailed("mknod", path);
    }
    return Ok();
  }

  // A directory on an overlay mount takes no marks of another one, and cannot be used in
  // one either; the layer's index knows what it removes. Keeps errno.
  bool TakesMarks() const {
    const int error = errno;
    struct statfs status = {};
    const bool on_overlay =
        fstatfs(root_fd, &status) == 0 && status.f_type == OVERLAYFS_SUPER_MAGIC;
    errno = error;
    return !on_overlay;
  }

  Status PutWhiteout(const TreeEntry& entry) {
    // Nothing to hide: the whiteout would only make directories that nobody asked for.
    const bool needless = lower != nullptr && !resolver.Lower(entry.path);
    if (needless && resolver.Own(entry.path) == nullptr) return Ok();
    COOPER_ASSIGN_OR_RETURN(const int parent, ClearPlace(entry));
    COOPER_RETURN_IF_ERROR(MakeWhiteout(parent, std::string(LastName(entry.path)), entry.path));
    resolver.Put(entry);
    return Ok();
  }

  Status PutHardLink(TreeEntry entry) {
    COOPER_ASSIGN_OR_RETURN(const std::string target, resolver.Resolve(entry.link));
    const TreeEntry* own = resolver.Own(target);
    if (target == entry.path) return InvalidEntry(entry.path, "is a hard link to itself");
    if (own == nullptr) return CopyFromLower(entry, target);
    if (own->type == EntryType::kWhiteout || own->type == EntryType::kDirectory) {
      return InvalidEntry(entry.path,
                          fmt::format("is a hard link to `{}`, which is no file", entry.link));
    }
    if (IsBelow(target, entry.path)) {
      return InvalidEntry(entry.path, "is a hard link to something inside of what it replaces");
    }
    const EntryType type = own->type;
    const std::string symlink = own->link;
    const ScopedFd holder =
        OpenBeneath(root_fd, std::string(ParentPath(target)), O_PATH | O_DIRECTORY);
    if (!holder.ok()) return CallFailed("open", target);
    COOPER_ASSIGN_OR_RETURN(const int parent, ClearPlace(entry));
    if (linkat(holder.get(), std::string(LastName(target)).c_str(), parent,
               std::string(LastName(entry.path)).c_str(), 0) != 0) {
      return CallFailed("link", entry.path);
    }
    entry.type = type;
    entry.link = symlink;
    resolver.Put(entry);
    return Ok();
  }

  // Overlay has no links between layers, so the file is copied up.
  Status CopyFromLower(const TreeEntry& entry, const std::string& target) {
    std::optional<TreeEntry> file = resolver.Lower(target);
    if (!file || file->type == EntryType::kDirectory) {
      return InvalidEntry(entry.path, fmt::format("is a hard link to `{}`, which is {}", entry.link,
                                                  file ? "a directory" : "not there"));
    }
    file->path = entry.path;
    std::unique_ptr<ContentReader> content;
    if (file->type == EntryType::kFile && file->size_bytes > 0) {
      COOPER_ASSIGN_OR_RETURN(content, lower->Open(target));
    }
    return PutNode(*file, content.get());
  }

  Status PutNode(const TreeEntry& entry, ContentReader* content) {
    COOPER_ASSIGN_OR_RETURN(const int parent, ClearPlace(entry));
    COOPER_RETURN_IF_ERROR(
        MakeNode(parent, std::string(LastName(entry.path)), entry, content, node_options));
    resolver.Put(entry);
    return Ok();
  }

  // Overlayfs shows the root of the uppermost directory, not of the uppermost layer
  // that lists one.
  Status InheritRoot() {
    if (lower == nullptr || resolver.Own("") != nullptr) return Ok();
    TreeEntry root = *lower->Find("");
    root.opaque = false;
    return PutDirectory(std::move(root));
  }

  // Overlayfs merges the layers' roots whatever their marks say, so an opaque root
  // becomes the whiteouts and opaque directories of what it hides.
  Status HideLowerRoot() {
    if (lower == nullptr) return Ok();
    for (const std::string& name : lower->List("")) {
      const TreeEntry* own = resolver.Own(name);
      if (own == nullptr) {
        COOPER_RETURN_IF_ERROR(MakeWhiteout(root_fd, name, name));
      } else if (own->type == EntryType::kDirectory) {
        COOPER_RETURN_IF_ERROR(MarkOpaque(name));
      }
    }
    return Ok();
  }

  const int root_fd;
  const FileTree* const lower;
  WriteResolver resolver;
  const NodeOptions node_options;
  const std::string opaque_name;
  std::map<std::string, TreeEntry> directories;  // to finish
  ScopedFd last_fd;
  std::string last_path;
};

DirectoryWriter::DirectoryWriter(int root_fd, DirectoryWriterOptions options)
    : state_(std::make_unique<State>(root_fd, options)) {}

DirectoryWriter::~DirectoryWriter() = default;

Status DirectoryWriter::Add(const TreeEntry& original, ContentReader* content) {
  State& state = *state_;
  if (original.path.empty() && original.type != EntryType::kDirectory) {
    return InvalidEntry("/", "would replace the root directory");
  }
  TreeEntry entry = original;
  COOPER_ASSIGN_OR_RETURN(entry.path, state.resolver.Resolve(original.path));
  switch (entry.type) {
    case EntryType::kDirectory:
      return state.PutDirectory(std::move(entry));
    case EntryType::kWhiteout:
      return state.PutWhiteout(entry);
    case EntryType::kHardLink:
      return state.PutHardLink(std::move(entry));
    default:
      return state.PutNode(entry, content);
  }
}

Status DirectoryWriter::Finish() {
  State& state = *state_;
  COOPER_RETURN_IF_ERROR(state.InheritRoot());
  const TreeEntry* root = state.resolver.Own("");
  if (root != nullptr && root->opaque) COOPER_RETURN_IF_ERROR(state.HideLowerRoot());
  for (const auto& [path, entry] : state.directories) {
    const ScopedFd fd = OpenBeneath(state.root_fd, path, O_RDONLY | O_DIRECTORY);
    if (!fd.ok()) return CallFailed("open", path);
    COOPER_RETURN_IF_ERROR(FinishDirectory(fd.get(), entry));
  }
  return Ok();
}

}  // namespace cooper
