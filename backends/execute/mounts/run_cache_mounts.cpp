#include "backends/execute/mounts/run_cache_mounts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "backends/filesystem/ops/send_tree.h"
#include "backends/filesystem/tree/stoppable_sink.h"
#include "backends/filesystem/write/directory_writer.h"
#include "backends/source/content_digest.h"

namespace cooper {
namespace {

constexpr uint32_t kDefaultMode = 0755;

bool SetOwner(const LayerCatalog& catalog, int directory_fd, uint32_t uid, uint32_t gid) {
  return catalog.one_id() ||
         fchownat(directory_fd, kCacheContent, uid, gid, AT_SYMLINK_NOFOLLOW) == 0;
}

Status FillEmpty(const LayerCatalog& catalog, int directory_fd, const Mount& mount) {
  if (mkdirat(directory_fd, kCacheContent, 0700) == 0 &&
      SetOwner(catalog, directory_fd, mount.uid.value_or(0), mount.gid.value_or(0)) &&
      fchmodat(directory_fd, kCacheContent, mount.mode.value_or(kDefaultMode), 0) == 0) {
    return Ok();
  }
  return ErrnoError(DiagnosticKind::kStore, fmt::format("cannot make the cache `{}`", mount.id),
                    errno);
}

// What `from` has, with the owner and mode that the mount asks for, if it does.
Status FillFrom(LayerCatalog& catalog, const Vertex& vertex, int directory_fd, const Mount& mount,
                const std::stop_token& stop) {
  COOPER_ASSIGN_OR_RETURN(const FileTree tree, catalog.Tree(vertex.inputs[*mount.input].vertex));
  DirectoryWriter files(directory_fd, catalog.WriterOptions(/*lower=*/nullptr));
  StoppableSink sink(files, stop);
  COOPER_RETURN_IF_ERROR(SendTree(tree, mount.source, kCacheContent, sink));
  COOPER_RETURN_IF_ERROR(files.Finish());
  constexpr uint32_t kKept = ~0u;  // chown leaves it as it is
  const bool owned = mount.uid || mount.gid;
  if ((owned &&
       !SetOwner(catalog, directory_fd, mount.uid.value_or(kKept), mount.gid.value_or(kKept))) ||
      (mount.mode && fchmodat(directory_fd, kCacheContent, *mount.mode, 0) != 0) ||
      syncfs(directory_fd) != 0) {
    return ErrnoError(DiagnosticKind::kStore, fmt::format("cannot fill the cache `{}`", mount.id),
                      errno);
  }
  return Ok();
}

// What tells one content of `from` from another: an image's layers, whose ids are digests of what
// is in them, or else the content that the mount reads.
Result<std::string> SeedOf(LayerCatalog& catalog, const Vertex& vertex, const Mount& mount,
                           const std::stop_token& stop) {
  if (!mount.input) return std::string();
  const VertexId from = vertex.inputs[*mount.input].vertex;
  std::string seed = mount.source + "\n";
  const Op& source = catalog.plan().graph.vertex(from).op;
  if (std::holds_alternative<SourceImageOp>(source) ||
      std::holds_alternative<SourceLayoutOp>(source)) {
    COOPER_ASSIGN_OR_RETURN(const std::vector<Digest> chain, catalog.Chain(from));
    for (const Digest& layer : chain) seed += layer.ToString() + "\n";
    return seed;
  }
  COOPER_ASSIGN_OR_RETURN(const FileTree tree, catalog.Tree(from));
  // A selection has patterns; where they would read the path differently, all counts.
  const bool plain = mount.source.find_first_of("*?[\\") == std::string::npos;
  COOPER_ASSIGN_OR_RETURN(const Digest digest,
                          DigestSelection(tree, {.from = {plain ? mount.source : "/"}}, stop));
  return seed + digest.ToString();
}

// A change of this text loses every cache of every store.
Result<Digest> KeyOf(LayerCatalog& catalog, const Vertex& vertex, const Mount& mount,
                     const std::stop_token& stop) {
  COOPER_ASSIGN_OR_RETURN(const std::string seed, SeedOf(catalog, vertex, mount, stop));
  const auto number = [](const std::optional<uint32_t>& value) {
    return value ? std::to_string(*value) : "-";
  };
  std::string text =
      fmt::format("cooper cache mount 1\n{}\n{} {} {}\n{}:{}\n", mount.id.size(),
                  number(mount.mode), number(mount.uid), number(mount.gid), mount.id, seed);
  // Owners on disk mean nothing there, and those of other namespaces cannot be used.
  if (catalog.one_id()) text += "one id\n";
  return Digest::Of(text);
}

}  // namespace

Result<RunCaches> LeaseRunCaches(LayerCatalog& catalog, const Vertex& vertex, CacheUse use,
                                 const std::function<void(const std::string& id)>& waits,
                                 std::stop_token stop) {
  // In the order of their keys, so that no two steps wait for each other. A step that
  // mounts one cache twice must not wait for itself: its strictest mount counts.
  std::map<Digest, std::vector<const Mount*>> caches;
  for (const Mount& mount : std::get<ExecOp>(vertex.op).mounts) {
    if (mount.type != MountType::kCache) continue;
    COOPER_ASSIGN_OR_RETURN(const Digest key, KeyOf(catalog, vertex, mount, stop));
    caches[key].push_back(&mount);
  }
  RunCaches result;
  for (const auto& [key, mounts] : caches) {
    const Mount& first = *mounts.front();
    CacheRequest request;
    request.key = key;
    request.name = first.id;
    for (const Mount* mount : mounts) request.sharing = std::max(request.sharing, mount->sharing);
    if (use == CacheUse::kMoved && request.sharing == CacheSharing::kShared) {
      request.sharing = CacheSharing::kLocked;
    }
    request.fill = [&](int directory_fd) {
      return first.input ? FillFrom(catalog, vertex, directory_fd, first, stop)
                         : FillEmpty(catalog, directory_fd, first);
    };
    request.waits = [&] { waits(first.id); };
    COOPER_ASSIGN_OR_RETURN(CacheLease lease, catalog.store().LeaseCache(request, stop));
    for (const Mount* mount : mounts) result.paths.emplace(mount, lease.path());
    result.leases.push_back(std::move(lease));
  }
  return result;
}

}  // namespace cooper
