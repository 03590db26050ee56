#include "backends/store/snapshot_directories.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "backends/store/directory/tree_removal.h"

namespace cooper {
namespace {

bool HasRoot(const StoreDirectory& directory, const std::string& name) {
  struct stat status{};
  return fstatat(directory.snapshots.get(), (name + "/root").c_str(), &status,
                 AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

// Makes the directory and opens it. `mode` holds whatever the umask.
int MakeDirectory(int parent_fd, const std::string& name, mode_t mode, ScopedFd& directory) {
  if (mkdirat(parent_fd, name.c_str(), 0700) != 0) return errno;
  directory =
      ScopedFd(openat(parent_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory.ok() || fchmod(directory.get(), mode) != 0) return errno;
  return 0;
}

class DirectorySnapshotWriter : public SnapshotWriter {
 public:
  DirectorySnapshotWriter(const StoreDirectory& directory, TemporarySession& session,
                          std::string name, const Digest& layer_id, SnapshotForm form)
      : directory_(directory),
        session_(session),
        layer_id_(layer_id),
        name_(std::move(name)),
        final_name_(SnapshotName{.layer_id = layer_id, .form = form}.Text()),
        path_(fmt::format("{}/{}/root", session.path(), name_)),
        work_path_(fmt::format("{}/{}/work", session.path(), name_)) {}

  ~DirectorySnapshotWriter() override {
    // What cannot be removed here is tried again when the session ends.
    if (!name_.empty()) RemoveTree(session_.fd(), name_);
  }

  Status Make() {
    ScopedFd work;
    int error = MakeDirectory(session_.fd(), name_, 0700, outer_);
    // The mode that a root directory has when its layer does not list it.
    if (error == 0) error = MakeDirectory(outer_.get(), "root", 0755, root_);
    if (error == 0) error = MakeDirectory(outer_.get(), "work", 0700, work);
    if (error != 0) return StoreError(Action(), error);
    return Ok();
  }

  int root_fd() const override { return root_.get(); }
  const std::string& path() const override { return path_; }
  const std::string& work_path() const override { return work_path_; }
  Status Commit() override;

 private:
  std::string Action() const {
    return fmt::format("cannot write a snapshot to the store `{}`", directory_.path);
  }

  const StoreDirectory& directory_;
  TemporarySession& session_;
  const Digest layer_id_;
  std::string name_;  // empty once it was renamed
  std::string final_name_;
  std::string path_;
  std::string work_path_;
  ScopedFd outer_;
  ScopedFd root_;
};

Status DirectorySnapshotWriter::Commit() {
  if (name_.empty()) return Error(DiagnosticKind::kInternal, "a snapshot was committed twice");
  COOPER_RETURN_IF_ERROR(session_.kept().Keep(layer_id_));
  int error = 0;
  if (!HasRoot(directory_, final_name_)) {
    error = RemoveTree(outer_.get(), "work");
    // One call for the many files of a snapshot, instead of an fsync for each.
    if (error == 0 && syncfs(directory_.root.get()) != 0) error = errno;
    if (error == 0) {
      if (renameat(session_.fd(), name_.c_str(), directory_.snapshots.get(), final_name_.c_str()) ==
          0) {
        name_.clear();
      } else if (errno != ENOTEMPTY && errno != EEXIST) {
        error = errno;
      }
      // Otherwise another build was first; the destructor removes this one.
    }
  }
  // Also when another build was first: it may not have come to this point yet.
  if (error == 0) error = SyncFile(directory_.snapshots.get());
  if (error != 0) return StoreError(Action(), error);
  return Ok();
}

}  // namespace

Result<std::unique_ptr<SnapshotWriter>> SnapshotDirectories::New(const Digest& layer_id) {
  if (session_ == nullptr) return OnlyRead(directory_.path);
  auto writer = std::make_unique<DirectorySnapshotWriter>(
      directory_, *session_, session_->NextName("snapshot"), layer_id, form_);
  COOPER_RETURN_IF_ERROR(writer->Make());
  return std::unique_ptr<SnapshotWriter>(std::move(writer));
}

bool SnapshotDirectories::Has(const Digest& layer_id) const {
  return HasRoot(directory_, NameOf(layer_id));
}

bool SnapshotDirectories::HasAnyForm(const Digest& layer_id) const {
  return std::any_of(kSnapshotForms.begin(), kSnapshotForms.end(), [&](SnapshotForm form) {
    return HasRoot(directory_, SnapshotName{.layer_id = layer_id, .form = form}.Text());
  });
}

std::string SnapshotDirectories::Path(const Digest& layer_id) const {
  return fmt::format("{}/{}/root", directory_.SnapshotsPath(), NameOf(layer_id));
}

std::string SnapshotDirectories::NameOf(const Digest& layer_id) const {
  return SnapshotName{.layer_id = layer_id, .form = form_}.Text();
}

}  // namespace cooper
