#include "backends/filesystem/ops/tree_copier.h"

#include <algorithm>

#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

constexpr int kMaxDepth = 2048;

bool NamesDirectory(std::string_view to) {
  return to.empty() || to == "." || to.ends_with('/') || to.ends_with("/.");
}

Error NotADirectory(std::string_view path) {
  return {DiagnosticKind::kCopy, "cannot copy to non-directory: `/" + std::string(path) + "`"};
}

}  // namespace

Result<CopyRules> CopyRules::From(const FileTree& base, FileTime now, const std::string& chown,
                                  const std::string& chmod, bool keep_owner,
                                  const std::vector<std::string>& exclude) {
  CopyRules rules;
  rules.keep_owner = keep_owner;
  rules.now = now;
  if (!chown.empty()) {
    COOPER_ASSIGN_OR_RETURN(rules.owner, LookUpOwner(base, chown));
  }
  if (!chmod.empty()) {
    COOPER_ASSIGN_OR_RETURN(rules.chmod, ChmodSpec::Parse(chmod));
  }
  COOPER_ASSIGN_OR_RETURN(rules.exclude, PatternMatcher::Compile(exclude));
  return rules;
}

Status TreeCopier::Copy(const std::string& path, std::string_view to) {
  file_ids_.clear();
  COOPER_ASSIGN_OR_RETURN(TreeEntry entry, FollowSource(source_, path));
  const bool is_directory = entry.type == EntryType::kDirectory;
  if (!is_directory && rules_.exclude.Matches(LastName(path))) return Ok();

  const std::string clean = CleanTreePath(to);
  const std::string_view needed = NamesDirectory(to) ? std::string_view(clean) : ParentPath(clean);
  COOPER_ASSIGN_OR_RETURN(const std::string needed_path, plan_.Resolve(needed, true));
  COOPER_RETURN_IF_ERROR(MakeParents(needed_path));

  COOPER_ASSIGN_OR_RETURN(std::string target, plan_.Resolve(clean, true));
  const std::optional<TreeEntry> existing = plan_.Find(target);
  const bool into_directory = existing && existing->type == EntryType::kDirectory;
  if (!is_directory) {
    if (into_directory) target = JoinPath(target, LastName(path));
    COOPER_RETURN_IF_ERROR(MakeParents(ParentPath(target)));
    return CopyFile(entry, std::move(target));
  }

  const std::string directory = entry.path;
  // The root of a context is the caller's own directory: its time says nothing.
  if (directory.empty()) entry.mtime = rules_.now;
  if (!existing) {
    // The contents are copied, not the directory: it gets the mode and the owner
    // of any directory that COPY makes.
    COOPER_RETURN_IF_ERROR(MakeParents(ParentPath(target)));
    COOPER_RETURN_IF_ERROR(MakeDirectories(target, entry.mtime));
  } else if (!into_directory) {
    return NotADirectory(target);
  } else if (PlannedEntry* planned = plan_.FindPlanned(target)) {
    planned->entry.mtime = entry.mtime;
  }
  return CopyChildren(directory, target, "", nullptr);
}

Status TreeCopier::CopyWithParents(std::string_view from, std::string_view to) {
  const PivotedSource split = SplitAtPivot(from);
  COOPER_ASSIGN_OR_RETURN(const std::vector<std::string> bases, ExpandSource(source_, split.base));
  for (const std::string& base : bases) {
    file_ids_.clear();
    COOPER_ASSIGN_OR_RETURN(const TreeEntry directory, FollowSource(source_, base));
    COOPER_ASSIGN_OR_RETURN(const std::string target, plan_.Resolve(CleanTreePath(to), true));
    COOPER_RETURN_IF_ERROR(CopyParentsFrom(directory.path, split, target));
  }
  return Ok();
}

Status TreeCopier::CopyParentsFrom(const std::string& base, const PivotedSource& from,
                                   const std::string& target) {
  pending_root_ = target;
  if (from.pattern.empty()) {
    COOPER_RETURN_IF_ERROR(MakePending());
    return CopyChildren(base, target, "", nullptr);
  }
  std::string pattern = from.pattern;
  if (!HasWildcard(pattern) && source_.Find(JoinPath(base, pattern))) {
    pattern = EscapeBackslashes(pattern);
  }
  std::optional<Glob> glob = Glob::Compile(pattern, GlobDialect::kIgnore);
  if (!glob) return Error(DiagnosticKind::kCopy, "malformed pattern `" + from.pattern + "`");
  Wanted wanted{.pattern = pattern, .glob = *std::move(glob)};
  COOPER_RETURN_IF_ERROR(CopyChildren(base, target, "", &wanted));
  if (!wanted.found && !HasWildcard(pattern)) return MissingSource(JoinPath(base, from.pattern));
  return Ok();
}

Status TreeCopier::CopyChildren(const std::string& directory, const std::string& target,
                                const std::string& relative, Wanted* wanted) {
  if (depth_ == kMaxDepth) {
    return Error(DiagnosticKind::kLimitExceeded,
                 "directories are nested too deeply; the limit is " + std::to_string(kMaxDepth));
  }
  ++depth_;
  for (const std::string& name : source_.List(directory)) {
    const std::string path = JoinPath(relative, name);
    const std::optional<TreeEntry> entry = source_.Find(JoinPath(directory, name));
    if (!entry) continue;
    const bool inside = wanted == nullptr || wanted->glob.Matches(path);
    if (inside && wanted != nullptr) wanted->found = true;
    if (!inside &&
        (entry->type != EntryType::kDirectory || !MayMatchBelow(wanted->pattern, path))) {
      continue;
    }
    const bool excluded = !rules_.exclude.empty() && rules_.exclude.Matches(path);
    std::string child_target = JoinPath(target, name);
    if (entry->type != EntryType::kDirectory) {
      if (excluded) continue;
      COOPER_RETURN_IF_ERROR(MakePending());
      COOPER_RETURN_IF_ERROR(CopyFile(*entry, std::move(child_target)));
      continue;
    }
    if (excluded && !rules_.exclude.MayReinclude(path)) continue;
    pending_.push_back({.entry = *entry, .target = child_target});
    if (inside && !excluded) COOPER_RETURN_IF_ERROR(MakePending());
    COOPER_RETURN_IF_ERROR(
        CopyChildren(entry->path, child_target, path, inside ? nullptr : wanted));
    pending_.pop_back();
    pending_made_ = std::min(pending_made_, pending_.size());
  }
  --depth_;
  return Ok();
}

Status TreeCopier::CopyFile(const TreeEntry& entry, std::string target) {
  const std::optional<TreeEntry> existing = plan_.Find(target);
  if (existing && existing->type == EntryType::kDirectory) {
    return Error(DiagnosticKind::kCopy, "cannot replace to directory `/" + target + "` with file");
  }
  PlannedEntry planned;
  planned.entry = Adjusted(entry, std::move(target));
  if (entry.type == EntryType::kFile) {
    planned.content = TreeContent{.tree = &source_, .path = entry.path};
    uint64_t& id = file_ids_[source_.FindListed(entry.path)];
    if (id == 0) id = plan_.NewFileId();
    planned.file_id = id;
  }
  plan_.Put(std::move(planned));
  return Ok();
}

Status TreeCopier::PutDirectory(const TreeEntry& entry, const std::string& target) {
  TreeEntry adjusted = Adjusted(entry, target);
  if (const std::optional<TreeEntry> existing = plan_.Find(target)) {
    if (existing->type != EntryType::kDirectory) return NotADirectory(target);
    adjusted.opaque = existing->opaque;
    if (plan_.FindPlanned(target) == nullptr) {
      adjusted.opaque = false;
      const bool same = existing->mode == adjusted.mode && existing->uid == adjusted.uid &&
                        existing->gid == adjusted.gid && existing->mtime == adjusted.mtime &&
                        existing->xattrs == adjusted.xattrs;
      if (same) return Ok();
    }
  }
  plan_.Put({.entry = std::move(adjusted), .content = {}, .file_id = 0});
  return Ok();
}

Status TreeCopier::MakePending() {
  COOPER_RETURN_IF_ERROR(MakeParents(pending_root_));
  for (; pending_made_ < pending_.size(); ++pending_made_) {
    const Pending& pending = pending_[pending_made_];
    COOPER_RETURN_IF_ERROR(PutDirectory(pending.entry, pending.target));
  }
  return Ok();
}

Status TreeCopier::MakeParents(std::string_view path) { return MakeDirectories(path, rules_.now); }

Status TreeCopier::MakeDirectories(std::string_view path, FileTime mtime) {
  const bool changed = rules_.chmod && rules_.chmod_parents;
  const uint32_t mode = changed ? rules_.chmod->octal().value_or(0755) : 0755;
  return plan_.MakeDirectories(path, mode, rules_.owner.value_or(Owner{}), mtime);
}

TreeEntry TreeCopier::Adjusted(TreeEntry entry, std::string target) const {
  entry.path = std::move(target);
  entry.opaque = false;
  if (rules_.owner) {
    entry.uid = rules_.owner->uid;
    entry.gid = rules_.owner->gid;
  } else if (!rules_.keep_owner) {
    entry.uid = 0;
    entry.gid = 0;
  }
  if (rules_.chmod && entry.type != EntryType::kSymlink) {
    entry.mode = rules_.chmod->Apply(entry.mode, entry.type == EntryType::kDirectory);
  }
  return entry;
}

}  // namespace cooper
