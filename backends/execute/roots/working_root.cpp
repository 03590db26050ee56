#include "backends/execute/roots/working_root.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "backends/filesystem/disk/beneath.h"
#include "backends/filesystem/disk/disk_node.h"
#include "backends/filesystem/disk/kept_times.h"
#include "backends/filesystem/tree/link_resolver.h"
#include "backends/filesystem/tree/stoppable_sink.h"
#include "backends/filesystem/write/copy_node.h"
#include "backends/filesystem/write/guarded_removal.h"
#include "backends/filesystem/write/merge_writer.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
// In a root of which there is no other place on the same file system.
constexpr const char* kAsideName = ".cooper-aside";

}  // namespace

Result<std::unique_ptr<WorkingRoot>> WorkingRoot::Make(Store& store) {
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<SnapshotWriter> directory,
                          store.NewSnapshot(Digest::Of("working root")));
  std::unique_ptr<WorkingRoot> root(new WorkingRoot(directory->path(), {}));
  root->fd_ = OpenBeneath(directory->root_fd(), "", kDirectoryFlags);
  root->aside_ = ScopedFd(open(directory->work_path().c_str(), kDirectoryFlags));
  if (!root->fd_.ok() || !root->aside_.ok()) {
    return ErrnoError(DiagnosticKind::kStore,
                      fmt::format("cannot open the root `{}`", directory->path()), errno);
  }
  root->directory_ = std::move(directory);
  root->chain_.emplace();
  return root;
}

Result<std::unique_ptr<WorkingRoot>> WorkingRoot::InPlace(const std::string& path,
                                                          ProtectedPaths keep) {
  keep.Add(kAsideName);
  std::unique_ptr<WorkingRoot> root(new WorkingRoot(path, std::move(keep)));
  const auto failed = [&path](int error) {
    return ErrnoError(DiagnosticKind::kSandbox, fmt::format("cannot build in `{}`", path), error);
  };
  root->fd_ = ScopedFd(open(path.c_str(), kDirectoryFlags));
  if (!root->fd_.ok()) return failed(errno);
  // The directory itself is the lock: it is there for each who would build in it.
  if (flock(root->fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed(errno);
    return Error(
        DiagnosticKind::kSandbox,
        fmt::format("another build has `{}` as its root; build in place one at a time", path));
  }
  COOPER_RETURN_IF_ERROR(RemoveNode(root->fd_.get(), kAsideName, kAsideName));
  if (mkdirat(root->fd_.get(), kAsideName, 0700) != 0) return failed(errno);
  root->aside_ = ScopedFd(openat(root->fd_.get(), kAsideName, kDirectoryFlags | O_NOFOLLOW));
  if (!root->aside_.ok()) return failed(errno);
  return root;
}

WorkingRoot::~WorkingRoot() {
  if (!in_place() || !aside_.ok()) return;
  const Status removed = RemoveNode(fd_.get(), kAsideName, kAsideName);
  static_cast<void>(removed);
}

bool WorkingRoot::IsBelow(const std::vector<Digest>& chain) const {
  return chain_ && chain_->size() <= chain.size() &&
         std::equal(chain_->begin(), chain_->end(), chain.begin());
}

Status WorkingRoot::Show(LayerCatalog& catalog, const std::vector<Digest>& chain, LogSink& log,
                         const std::stop_token& stop) {
  const bool complete = IsBelow(chain) && chain_->size() == chain.size() && scan_.size() > 0;
  if (!scan_.FurtherNames().empty() && IsBelow(chain)) {
    COOPER_RETURN_IF_ERROR(Unlink(scan_.FurtherNames(), catalog.node_options()));
    COOPER_ASSIGN_OR_RETURN(scan_, TreeScan::Take(fd_.get(), keep_));
  }
  if (complete) return Ok();
  if (!IsBelow(chain)) {
    Spoil();
    COOPER_RETURN_IF_ERROR(EmptyRoot(fd_.get(), keep_));
    // What a failed step left aside was of layers that are gone with the root.
    COOPER_RETURN_IF_ERROR(EmptyRoot(aside_.get(), {}));
    COOPER_RETURN_IF_ERROR(
        SetDirectoryMetadata(fd_.get(), PlainDirectory(""), catalog.node_options()));
    chain_.emplace();
  }
  const size_t shown = chain_->size();
  // Until all is there.
  Spoil();
  FileTree lower;
  for (size_t i = 0; i < chain.size(); ++i) {
    if (i >= shown) COOPER_RETURN_IF_ERROR(Apply(catalog, chain[i], lower, log, stop));
    COOPER_ASSIGN_OR_RETURN(TreeLayer layer, catalog.Layer(chain[i], lower));
    lower.Push(std::move(layer));
  }
  COOPER_ASSIGN_OR_RETURN(scan_, TreeScan::Take(fd_.get(), keep_));
  chain_ = chain;
  return Ok();
}

Status WorkingRoot::Unlink(const std::vector<std::string>& names, const NodeOptions& options) {
  constexpr const char* kCopy = "unlinked";
  for (const std::string& path : names) {
    const std::string name(LastName(path));
    const ScopedFd parent = OpenBeneath(fd_.get(), std::string(ParentPath(path)), kDirectoryFlags);
    const KeptTimes times(parent.get());
    Status copied = parent.ok() ? CopyNode(parent.get(), name, aside_.get(), kCopy, options) : Ok();
    if (!copied.ok()) return copied;
    if (!parent.ok() || renameat(aside_.get(), kCopy, parent.get(), name.c_str()) != 0) {
      return ErrnoError(DiagnosticKind::kStore, fmt::format("cannot copy `/{}`", path), errno);
    }
  }
  return Ok();
}

Status WorkingRoot::Apply(LayerCatalog& catalog, const Digest& id, const FileTree& lower,
                          LogSink& log, const std::stop_token& stop) {
  const auto tell = [&](const std::string& path) {
    // Every image has the places of system mounts, and every container those mounts.
    if (path == "dev" || path == "proc" || path == "sys") return;
    if (!told_.insert(path).second) return;
    log.Write(2, fmt::format("kept `/{}`, which this container needs, in place of the image's\n",
                             EscapeForTerminal(path)));
  };
  MergeWriter files(
      fd_.get(),
      {.lower = &lower, .nodes = catalog.node_options(), .keep = &keep_, .skipped = tell});
  StoppableSink sink(files, stop);
  COOPER_RETURN_IF_ERROR(catalog.SendEntries(id, lower, sink));
  return files.Finish();
}

void WorkingRoot::Advance(const Digest& id, TreeScan scan) {
  if (chain_) chain_->push_back(id);
  scan_ = std::move(scan);
}

}  // namespace cooper
