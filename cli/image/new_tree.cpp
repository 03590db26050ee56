#include "cli/image/new_tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "backends/store/directory/file_calls.h"
#include "backends/store/directory/tree_removal.h"

namespace cooper {
namespace {

constexpr const char* kTree = "tree";
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

ScopedFd MakeDirectory(int parent_fd, const std::string& name, mode_t mode) {
  if (mkdirat(parent_fd, name.c_str(), mode) != 0) return {};
  return ScopedFd(openat(parent_fd, name.c_str(), kDirectoryFlags | O_NOFOLLOW));
}

}  // namespace

Result<NewTree> NewTree::Make(const std::string& path) {
  std::string clean = path;
  while (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
  const size_t slash = clean.rfind('/');
  std::string name = slash == std::string::npos ? clean : clean.substr(slash + 1);
  if (name.empty() || name == "." || name == "..") {
    return Error(DiagnosticKind::kOutput,
                 fmt::format("cannot put a file system at `{}`; name a new directory", path));
  }
  std::string parent = slash == std::string::npos ? "." : clean.substr(0, slash + 1);
  NewTree tree(path, std::move(name));
  tree.MakeParents(parent);
  tree.parent_ = ScopedFd(open(parent.c_str(), kDirectoryFlags));
  if (!tree.parent_.ok()) return tree.Failed(errno);
  COOPER_RETURN_IF_ERROR(tree.CheckPlace());
  COOPER_RETURN_IF_ERROR(tree.MakeDirectories());
  return tree;
}

NewTree::NewTree(NewTree&& other) noexcept
    : path_(std::move(other.path_)),
      name_(std::move(other.name_)),
      made_(std::exchange(other.made_, {})),
      aside_(std::exchange(other.aside_, {})),
      parent_(std::move(other.parent_)),
      outer_(std::move(other.outer_)),
      tree_(std::move(other.tree_)) {}

NewTree::~NewTree() {
  if (!aside_.empty()) RemoveTree(parent_.get(), aside_);
  while (!made_.empty()) {
    rmdir(made_.back().c_str());
    made_.pop_back();
  }
}

// What cannot be made is told of when the parent is opened.
void NewTree::MakeParents(const std::string& parent) {
  for (size_t end = parent.find('/', 1); end != std::string::npos;
       end = parent.find('/', end + 1)) {
    std::string directory = parent.substr(0, end);
    if (mkdir(directory.c_str(), 0777) == 0) made_.push_back(std::move(directory));
  }
}

Error NewTree::Failed(int error) const {
  return ErrnoError(DiagnosticKind::kOutput, fmt::format("cannot make `{}`", path_), error);
}

Status NewTree::CheckPlace() const {
  const ScopedFd there(openat(parent_.get(), name_.c_str(), kDirectoryFlags | O_NOFOLLOW));
  if (!there.ok() && errno == ENOENT) return Ok();
  std::vector<std::string> names;
  if (there.ok() && ListNames(there.get(), names) == 0 && names.empty()) return Ok();
  return Error(DiagnosticKind::kOutput,
               fmt::format("`{}` is there and is no empty directory; name a new one", path_));
}

Status NewTree::MakeDirectories() {
  std::string aside = fmt::format(".{}.cooper-{}", name_.substr(0, 200), RandomName());
  outer_ = MakeDirectory(parent_.get(), aside, 0700);
  if (!outer_.ok()) return Failed(errno);
  aside_ = std::move(aside);
  tree_ = MakeDirectory(outer_.get(), kTree, 0700);
  // The mode of a root directory that no layer lists, whatever the umask.
  if (!tree_.ok() || fchmod(tree_.get(), 0755) != 0) return Failed(errno);
  return Ok();
}

Status NewTree::Commit() {
  struct stat status = {};
  if (fstat(tree_.get(), &status) != 0 || syncfs(tree_.get()) != 0) return Failed(errno);
  // A directory that moves to another one is written to: it has a new `..`.
  const bool locked = (status.st_mode & S_IWUSR) == 0;
  if (locked && fchmod(tree_.get(), (status.st_mode & 07777) | S_IRWXU) != 0) return Failed(errno);
  if (renameat(outer_.get(), kTree, parent_.get(), name_.c_str()) != 0) {
    return errno == ENOTEMPTY || errno == EEXIST ? CheckPlace() : Failed(errno);
  }
  made_.clear();
  if (locked && fchmod(tree_.get(), status.st_mode & 07777) != 0) return Failed(errno);
  if (const int error = SyncFile(parent_.get()); error != 0) return Failed(error);
  return Ok();
}

}  // namespace cooper
