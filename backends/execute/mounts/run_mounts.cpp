#include "backends/execute/mounts/run_mounts.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "backends/filesystem/ops/send_tree.h"
#include "backends/filesystem/tree/stoppable_sink.h"
#include "backends/filesystem/write/directory_writer.h"
#include "ir/image/image_config.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// "NAME=value" and its end in one string of execve(2): MAX_ARG_STRLEN is 32 pages.
constexpr size_t kMaxVariableBytes = (128 << 10) - 2;

// The name of what is mounted inside its directory.
constexpr const char* kContent = "content";
constexpr std::string_view kAgentVariable = "SSH_AUTH_SOCK";

class TruthCollector : public NodeTruthSink {
 public:
  explicit TruthCollector(std::vector<std::pair<NodeKey, NodeTruth>>& truths) : truths_(truths) {}
  void Add(const NodeKey& key, const NodeTruth& truth) override {
    truths_.emplace_back(key, truth);
  }

 private:
  std::vector<std::pair<NodeKey, NodeTruth>>& truths_;
};

// Never committed: it lives in the store's temporary directory until it is dropped.
Result<SnapshotWriter*> NewDirectory(LayerCatalog& catalog, const Mount& mount, RunMounts& mounts) {
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<SnapshotWriter> directory,
                          catalog.store().NewSnapshot(Digest::Of(mount.target)));
  mounts.directories.push_back(std::move(directory));
  return mounts.directories.back().get();
}

SandboxMount BindMount(const Mount& mount, std::string source) {
  SandboxMount bind;
  bind.kind = SandboxMount::Kind::kBind;
  bind.source = std::move(source);
  bind.target = mount.target;
  bind.read_only = mount.read_only;
  if (mount.type != MountType::kBind) {
    bind.uid = mount.uid.value_or(0);
    bind.gid = mount.gid.value_or(0);
  }
  return bind;
}

Status AddBind(LayerCatalog& catalog, const Vertex& vertex, const Mount& mount,
               const std::stop_token& stop, RunMounts& mounts) {
  COOPER_ASSIGN_OR_RETURN(const FileTree tree, catalog.Tree(vertex.inputs[*mount.input].vertex));
  COOPER_ASSIGN_OR_RETURN(SnapshotWriter* const directory, NewDirectory(catalog, mount, mounts));
  TruthCollector truths(mounts.known_owners);
  DirectoryWriterOptions options = catalog.WriterOptions(/*lower=*/nullptr);
  options.truths = &truths;
  DirectoryWriter files(directory->root_fd(), options);
  StoppableSink sink(files, stop);
  COOPER_RETURN_IF_ERROR(SendTree(tree, mount.source, kContent, sink));
  COOPER_RETURN_IF_ERROR(files.Finish());
  mounts.mounts.push_back(BindMount(mount, directory->path() + "/" + kContent));
  return Ok();
}

void AddTmpfs(const Mount& mount, RunMounts& mounts) {
  SandboxMount tmpfs;
  tmpfs.kind = SandboxMount::Kind::kTmpfs;
  tmpfs.target = mount.target;
  tmpfs.size_bytes = mount.size_bytes;
  tmpfs.mode = 01777;  // as the kernel makes one
  tmpfs.read_only = mount.read_only;
  mounts.mounts.push_back(std::move(tmpfs));
}

Status AddSecret(const Mount& mount, const RunGrants& grants, RunMounts& mounts) {
  const auto given = grants.secrets.find(mount.id);
  if (given == grants.secrets.end()) {
    if (mount.required) return MissingSecret(mount.id);
    // No file, but an empty variable, as BuildKit has it.
    if (!mount.env.empty()) mounts.variables.emplace_back(mount.env, "");
    return Ok();
  }
  if (!mount.env.empty()) {
    if (given->second.find('\0') != std::string::npos) {
      return Error(DiagnosticKind::kUsage,
                   fmt::format("the secret `{}` has a NUL byte, which no variable can hold; mount "
                               "it as a file",
                               mount.id));
    }
    if (mount.env.size() + given->second.size() > kMaxVariableBytes) {
      return Error(DiagnosticKind::kUsage,
                   fmt::format("the secret `{}` has {} bytes, and a variable with its name at most "
                               "{}; mount it as a file",
                               mount.id, given->second.size(), kMaxVariableBytes));
    }
    mounts.variables.emplace_back(mount.env, given->second);
  }
  if (mount.target.empty()) return Ok();
  SandboxMount file;
  file.kind = SandboxMount::Kind::kFile;
  file.target = mount.target;
  file.read_only = true;
  file.mode = mount.mode.value_or(0400);
  file.uid = mount.uid.value_or(0);
  file.gid = mount.gid.value_or(0);
  file.content = given->second;
  mounts.mounts.push_back(std::move(file));
  return Ok();
}

Status AddAgent(LayerCatalog& catalog, const ExecOp& exec, const Mount& mount,
                const RunGrants& grants, RunMounts& mounts) {
  const auto given = grants.agents.find(mount.id);
  if (given == grants.agents.end()) {
    if (mount.required) return MissingAgent(mount.id);
    return Ok();
  }
  COOPER_ASSIGN_OR_RETURN(SnapshotWriter* const directory, NewDirectory(catalog, mount, mounts));
  SocketOwner owner{.mode = mount.mode.value_or(0600)};
  if (!catalog.one_id()) {
    owner.uid = mount.uid.value_or(0);
    owner.gid = mount.gid.value_or(0);
  }
  auto relay = SocketRelay::Start(directory->root_fd(), kContent, owner, given->second);
  if (!relay.ok()) return std::move(relay.error().Within(fmt::format("ssh agent `{}`", mount.id)));
  mounts.agents.push_back(*std::move(relay));
  mounts.mounts.push_back(BindMount(mount, directory->path() + "/" + kContent));
  // The first of several is the one that programs find, unless the image says otherwise.
  if (mounts.agents.size() == 1 && !FindEnv(exec.env, kAgentVariable)) {
    mounts.variables.emplace_back(kAgentVariable, mount.target);
  }
  return Ok();
}

}  // namespace

Result<RunMounts> PrepareRunMounts(LayerCatalog& catalog, const Vertex& vertex,
                                   const RunGrants& grants, CacheUse use, LogSink& log,
                                   std::stop_token stop) {
  const auto& exec = std::get<ExecOp>(vertex.op);
  RunMounts mounts;
  std::vector<std::pair<size_t, const Mount*>> cache_places;  // in mounts.mounts
  for (const Mount& mount : exec.mounts) {
    switch (mount.type) {
      case MountType::kBind:
        COOPER_RETURN_IF_ERROR(AddBind(catalog, vertex, mount, stop, mounts));
        break;
      case MountType::kTmpfs:
        AddTmpfs(mount, mounts);
        break;
      case MountType::kSecret:
        COOPER_RETURN_IF_ERROR(AddSecret(mount, grants, mounts));
        break;
      case MountType::kSsh:
        COOPER_RETURN_IF_ERROR(AddAgent(catalog, exec, mount, grants, mounts));
        break;
      case MountType::kCache:
        cache_places.emplace_back(mounts.mounts.size(), &mount);
        mounts.mounts.push_back(BindMount(mount, /*source=*/""));
        break;
    }
  }
  // Lent last, so that nobody waits for them longer than the step takes.
  const auto waits = [&log](const std::string& id) {
    log.Write(2, fmt::format("waiting for the cache `{}`, which another step has locked\n",
                             EscapeForTerminal(id)));
  };
  COOPER_ASSIGN_OR_RETURN(mounts.caches,
                          LeaseRunCaches(catalog, vertex, use, waits, std::move(stop)));
  for (const auto& [place, mount] : cache_places) {
    mounts.mounts[place].source = mounts.caches.paths.at(mount);
  }
  return mounts;
}

}  // namespace cooper
