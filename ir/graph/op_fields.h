// The fields of every op, listed once for printer, parser, digest and equality.
//
// `visit(name, member)` is called for each field in printing order, and
// `visit(kPositional, member)` for the one that is written without a name. The
// member types are: std::string, std::vector<std::string>, bool, uint32_t (an
// octal mode), uint64_t, std::optional<std::string>, std::optional<Digest>,
// std::optional<Platform>, and enums with EnumNames. Mounts of an exec are
// visited by VisitMountFields, with std::optional<uint32_t> besides. A field
// called "mode" is octal and every other number decimal.

#ifndef COOPER_IR_GRAPH_OP_FIELDS_H_
#define COOPER_IR_GRAPH_OP_FIELDS_H_

#include <string_view>
#include <type_traits>

#include "ir/graph/ops.h"

namespace cooper {

inline constexpr std::string_view kPositional = "";

// `Self` is the op, const or not; so is each member that `visit` gets.
template <typename Self, typename Visit>
void VisitFields(Self& op, Visit&& visit) {
  using T = std::remove_const_t<Self>;
  if constexpr (std::is_same_v<T, SourceImageOp>) {
    visit(kPositional, op.reference);
    visit("pin", op.pin);
    visit("platform", op.platform);
  } else if constexpr (std::is_same_v<T, SourceContextOp>) {
    visit(kPositional, op.name);
    visit("include", op.include);
    visit("exclude", op.exclude);
  } else if constexpr (std::is_same_v<T, SourceGitOp>) {
    visit(kPositional, op.url);
    visit("ref", op.ref);
    visit("commit", op.commit);
    visit("checksum", op.checksum);
    visit("subdir", op.subdir);
    visit("keep_git_dir", op.keep_git_dir);
    visit("skip_submodules", op.skip_submodules);
    visit("commit_mtime", op.commit_mtime);
    visit("fetch_by_commit", op.fetch_by_commit);
  } else if constexpr (std::is_same_v<T, SourceHttpOp>) {
    visit(kPositional, op.url);
    visit("checksum", op.checksum);
    visit("filename", op.filename);
    visit("pin", op.pin);
    visit("mtime", op.mtime);
  } else if constexpr (std::is_same_v<T, SourceLayoutOp>) {
    visit(kPositional, op.path);
    visit("tag", op.tag);
    visit("pin", op.pin);
    visit("platform", op.platform);
  } else if constexpr (std::is_same_v<T, ExecOp>) {
    visit("args", op.args);
    visit("env", op.env);
    visit("cwd", op.cwd);
    visit("user", op.user);
    visit("hostname", op.hostname);
    visit("network", op.network);
    visit("security", op.security);
    visit("devices", op.devices);
    visit("proxy_env", op.proxy_env);
    visit("extra_hosts", op.extra_hosts);
  } else if constexpr (std::is_same_v<T, FileCopyOp>) {
    visit("from", op.from);
    visit("to", op.to);
    visit("chown", op.chown);
    visit("chmod", op.chmod);
    visit("keep_owner", op.keep_owner);
    visit("parents", op.parents);
    visit("link", op.link);
    visit("exclude", op.exclude);
  } else if constexpr (std::is_same_v<T, FileUnpackOp>) {
    visit("from", op.from);
    visit("to", op.to);
    visit("chown", op.chown);
    visit("chmod", op.chmod);
    visit("keep_owner", op.keep_owner);
    visit("link", op.link);
    visit("exclude", op.exclude);
  } else if constexpr (std::is_same_v<T, FileMkdirOp>) {
    visit("path", op.path);
    visit("mode", op.mode);
    visit("chown", op.chown);
  } else if constexpr (std::is_same_v<T, FileMkfileOp>) {
    visit("path", op.path);
    visit("mode", op.mode);
    visit("chown", op.chown);
    visit("data", op.data);
  } else if constexpr (std::is_same_v<T, FileRemoveOp>) {
    visit("path", op.path);
    visit("allow_missing", op.allow_missing);
  }
}

// Everything but the type, which is written first, and the input, which is
// written `from=%vertex`.
template <typename Self, typename Visit>
  requires std::is_same_v<std::remove_const_t<Self>, Mount>
void VisitMountFields(Self& mount, Visit&& visit) {
  visit("id", mount.id);
  visit("target", mount.target);
  visit("source", mount.source);
  visit("read_only", mount.read_only);
  visit("sharing", mount.sharing);
  visit("mode", mount.mode);
  visit("uid", mount.uid);
  visit("gid", mount.gid);
  visit("required", mount.required);
  visit("env", mount.env);
  visit("size", mount.size_bytes);
}

}  // namespace cooper

#endif  // COOPER_IR_GRAPH_OP_FIELDS_H_
