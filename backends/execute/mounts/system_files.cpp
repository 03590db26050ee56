#include "backends/execute/mounts/system_files.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "backends/sandbox/request_writer.h"

namespace cooper {
namespace {

constexpr std::string_view kResolvConf = "/etc/resolv.conf";
constexpr std::string_view kHosts = "/etc/hosts";

SandboxMount SystemFile(std::string_view target, std::string content) {
  SandboxMount file;
  file.kind = SandboxMount::Kind::kFile;
  file.target = target;
  file.read_only = true;
  file.mode = 0644;
  file.content = std::move(content);
  return file;
}

}  // namespace

Result<std::vector<SandboxMount>> SystemFiles(const RunRequest& request,
                                              const std::string& resolv_conf,
                                              const ProtectedPaths& keep) {
  std::vector<SandboxMount> files;
  if (!keep.Covers(kResolvConf.substr(1))) files.push_back(SystemFile(kResolvConf, resolv_conf));
  if (keep.Covers(kHosts.substr(1))) {
    if (request.extra_hosts.empty()) return files;
    return Error(DiagnosticKind::kInvalidArgument,
                 fmt::format("`{}` belongs to this container and cannot get `--add-host {}`; name "
                             "the host in the container's own configuration",
                             kHosts, request.extra_hosts.front()));
  }
  COOPER_ASSIGN_OR_RETURN(std::string hosts, HostsFile(request));
  files.push_back(SystemFile(kHosts, std::move(hosts)));
  return files;
}

}  // namespace cooper
