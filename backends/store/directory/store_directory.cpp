#include "backends/store/directory/store_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

constexpr const char* kGate = "prune.lock";

bool BelongsToStore(std::string_view name) {
  return name == "blobs" || name == "snapshots" || name == "caches" || name == "temporary" ||
         name == "sandbox" || name == kGate || name.starts_with("records.sqlite") ||
         name.starts_with("hints-") || name.starts_with("history-") || name == "lost+found";
}

// The name of something in the directory that no store puts there.
std::optional<std::string> ForeignEntry(int fd) {
  std::vector<std::string> names;
  ListNames(fd, names);
  const auto foreign = std::find_if_not(names.begin(), names.end(), BelongsToStore);
  return foreign == names.end() ? std::nullopt : std::optional(*foreign);
}

// mkdir -p with private directories; each new name is synced into its parent.
Status MakeDirectories(const std::string& directory) {
  for (size_t end = directory.find('/', 1);; end = directory.find('/', end + 1)) {
    const std::string prefix = directory.substr(0, end);
    if (mkdir(prefix.c_str(), 0700) == 0) {
      const std::string parent = std::filesystem::path(prefix).parent_path().string();
      const ScopedFd handle(
          open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      // A parent that may not be read cannot be synced by us; that is no reason to stop.
      if (const int error = handle.ok() ? SyncFile(handle.get()) : 0; error != 0) {
        return StoreError(fmt::format("cannot make the store `{}`", directory), error);
      }
    } else if (errno != EEXIST && errno != EISDIR &&
               !(end != std::string::npos && access(prefix.c_str(), F_OK) == 0)) {
      return StoreError(fmt::format("cannot make the store `{}`", directory), errno);
    }
    if (end == std::string::npos) return Ok();
  }
}

Result<ScopedFd> OpenRoot(const std::string& directory) {
  ScopedFd root(open(directory.c_str(), kDirectoryFlags));
  struct stat status{};
  if (!root.ok()) {
    const int error = errno;
    if (lstat(directory.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) {
      return Error(DiagnosticKind::kStore,
                   fmt::format("the store `{}` is {}; choose another --store", directory,
                               S_ISLNK(status.st_mode) ? "a symbolic link" : "not a directory"));
    }
    return StoreError(fmt::format("cannot open the store `{}`", directory), error);
  }
  if (fstat(root.get(), &status) != 0) {
    return StoreError(fmt::format("cannot open the store `{}`", directory), errno);
  }
  if (status.st_uid != geteuid()) {
    return Error(DiagnosticKind::kStore,
                 fmt::format("the store `{}` belongs to user {}, not to user {}; choose another "
                             "--store, such as a directory below it",
                             directory, status.st_uid, geteuid()));
  }
  return root;
}

Status MakePrivate(const ScopedFd& root, const std::string& directory) {
  struct stat status{};
  if (fstat(root.get(), &status) != 0) {
    return StoreError(fmt::format("cannot open the store `{}`", directory), errno);
  }
  if ((status.st_mode & 07777) == 0700) return Ok();
  if ((status.st_mode & 0077) != 0) {
    if (const auto foreign = ForeignEntry(root.get())) {
      return Error(DiagnosticKind::kStore,
                   fmt::format("`{}` is open to other users and holds `{}`, which is not part of "
                               "a store; choose an empty directory as --store",
                               directory, *foreign));
    }
  }
  if (fchmod(root.get(), 0700) != 0) {
    return StoreError(fmt::format("cannot make the store `{}` private", directory), errno);
  }
  return Ok();
}

// A slash at the end would make the kernel follow a link.
Result<std::string> PlainPath(const std::string& directory) {
  if (directory.empty()) {
    return Error(DiagnosticKind::kStore, "the store has an empty path; choose another --store");
  }
  std::string plain = directory;
  while (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  return plain;
}

// Opens `name` below `parent`, made if missing.
Result<ScopedFd> OpenPart(const ScopedFd& parent, const std::string& path, const char* name) {
  const std::string action = fmt::format("cannot open `{}/{}` of the store", path, name);
  if (mkdirat(parent.get(), name, 0700) == 0) {
    if (const int error = SyncFile(parent.get()); error != 0) return StoreError(action, error);
  } else if (errno != EEXIST) {
    return StoreError(action, errno);
  }
  ScopedFd part(openat(parent.get(), name, kDirectoryFlags));
  if (!part.ok()) return StoreError(action, errno);
  return part;
}

}  // namespace

Result<StoreDirectory> StoreDirectory::Open(const std::string& directory) {
  COOPER_ASSIGN_OR_RETURN(const std::string plain, PlainPath(directory));
  StoreDirectory store;
  COOPER_RETURN_IF_ERROR(MakeDirectories(plain));
  COOPER_ASSIGN_OR_RETURN(store.root, OpenRoot(plain));
  COOPER_RETURN_IF_ERROR(MakePrivate(store.root, plain));
  std::error_code code;
  store.path = std::filesystem::canonical(plain, code).string();
  if (code) return StoreError(fmt::format("cannot open the store `{}`", directory), code.value());

  COOPER_ASSIGN_OR_RETURN(const ScopedFd all_blobs, OpenPart(store.root, store.path, "blobs"));
  COOPER_ASSIGN_OR_RETURN(store.blobs, OpenPart(all_blobs, store.path + "/blobs", "sha256"));
  COOPER_ASSIGN_OR_RETURN(store.snapshots, OpenPart(store.root, store.path, "snapshots"));
  COOPER_ASSIGN_OR_RETURN(store.caches, OpenPart(store.root, store.path, "caches"));
  COOPER_ASSIGN_OR_RETURN(store.temporary, OpenPart(store.root, store.path, "temporary"));
  store.gate =
      ScopedFd(openat(store.root.get(), kGate, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!store.gate.ok()) {
    return StoreError(fmt::format("cannot open `{}/{}` of the store", store.path, kGate), errno);
  }
  return store;
}

Result<StoreDirectory> StoreDirectory::OpenToRead(const std::string& directory) {
  COOPER_ASSIGN_OR_RETURN(const std::string plain, PlainPath(directory));
  StoreDirectory store;
  struct stat status{};
  if (lstat(plain.c_str(), &status) != 0 && errno == ENOENT) {
    store.path = std::filesystem::absolute(plain).string();
    return store;
  }
  COOPER_ASSIGN_OR_RETURN(store.root, OpenRoot(plain));
  std::error_code code;
  store.path = std::filesystem::canonical(plain, code).string();
  if (code) return StoreError(fmt::format("cannot open the store `{}`", directory), code.value());
  for (const auto& [name, part] :
       {std::pair("blobs", &store.blobs), std::pair("snapshots", &store.snapshots),
        std::pair("caches", &store.caches), std::pair("temporary", &store.temporary)}) {
    *part = ScopedFd(openat(store.root.get(), name, kDirectoryFlags));
    if (!part->ok() && errno != ENOENT) {
      return StoreError(fmt::format("cannot open `{}/{}` of the store", store.path, name), errno);
    }
  }
  if (store.blobs.ok()) {
    store.blobs = ScopedFd(openat(store.blobs.get(), "sha256", kDirectoryFlags));
  }
  store.gate = ScopedFd(openat(store.root.get(), kGate, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  return store;
}

Error OnlyRead(const std::string& path) {
  return {DiagnosticKind::kInternal, fmt::format("the store `{}` was opened to be read", path)};
}

}  // namespace cooper
