#include <cstddef>
#include <utility>

#include "backends/filesystem/ops/file_ops.h"
#include "backends/filesystem/ops/tree_copier.h"
#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

constexpr size_t kMaxMembers = 2'000'000;

// Nothing when the file is no archive. The bytes that the opener has looked at
// are gone, so each attempt opens the file anew.
Result<std::optional<OpenArchive>> TryOpen(const FileTree& source, const std::string& path,
                                           const ArchiveOpener& archives) {
  OpenArchive opened;
  COOPER_ASSIGN_OR_RETURN(opened.file, source.Open(path));
  COOPER_ASSIGN_OR_RETURN(std::optional<std::unique_ptr<EntrySource>> members,
                          archives(*opened.file));
  if (!members) return std::optional<OpenArchive>();
  opened.members = *std::move(members);
  return std::optional<OpenArchive>(std::move(opened));
}

// Plans the members of one archive. Their content is read in a second pass, when
// it is known which of several members with one path is the last.
class ArchiveUnpacker {
 public:
  ArchiveUnpacker(LayerPlan& plan, const FileTree& base, const CopyRules& rules,
                  std::string directory, size_t archive)
      : plan_(plan),
        base_(base),
        rules_(rules),
        directory_(std::move(directory)),
        archive_(archive) {}

  Status Unpack(EntrySource& members) {
    for (size_t member = 0;; ++member) {
      COOPER_ASSIGN_OR_RETURN(std::optional<TreeEntry> entry, members.Next());
      if (!entry) return Ok();
      if (member == kMaxMembers) {
        return Error(DiagnosticKind::kLimitExceeded,
                     "the archive has more than " + std::to_string(kMaxMembers) + " members");
      }
      COOPER_RETURN_IF_ERROR(PutMember(*std::move(entry), member));
    }
  }

 private:
  Status PutMember(TreeEntry entry, size_t member) {
    if (entry.type == EntryType::kWhiteout) {
      return Error(DiagnosticKind::kUnsupported,
                   "archive member `" + entry.path + "` is a whiteout, which only layers have");
    }
    const std::string name = CleanTreePath(entry.path);
    // The archive's own root does not change the directory it is unpacked into.
    if (name.empty()) return Ok();
    COOPER_ASSIGN_OR_RETURN(entry.path, Place(name));
    COOPER_RETURN_IF_ERROR(plan_.MakeDirectories(ParentPath(entry.path), 0755,
                                                 rules_.owner.value_or(Owner{}), rules_.now));
    entry.opaque = false;
    if (rules_.owner) {
      entry.uid = rules_.owner->uid;
      entry.gid = rules_.owner->gid;
    }
    if (entry.type == EntryType::kHardLink) return PutHardLink(name, std::move(entry));

    PlannedEntry planned;
    planned.entry = std::move(entry);
    if (planned.entry.type == EntryType::kFile) {
      planned.content = ArchiveContent{.archive = archive_, .member = member};
      planned.file_id = plan_.NewFileId();
    }
    plan_.Put(std::move(planned));
    return Ok();
  }

  Status PutHardLink(const std::string& name, TreeEntry entry) {
    COOPER_ASSIGN_OR_RETURN(const std::string first, Place(CleanTreePath(entry.link)));
    const std::optional<TreeEntry> file = plan_.Find(first);
    if (!file || file->type == EntryType::kDirectory) {
      return Error(DiagnosticKind::kCopy, "archive member `" + name + "` is a hard link to `" +
                                              entry.link + "`, which is no file");
    }
    if (first == entry.path) return Ok();
    PlannedEntry planned;
    if (const PlannedEntry* other = plan_.FindPlanned(first)) {
      planned = *other;
    } else {
      // A file of a lower layer cannot get another name: it is copied.
      planned.entry = *file;
      planned.content = TreeContent{.tree = &base_, .path = first};
    }
    planned.entry.path = std::move(entry.path);
    plan_.Put(std::move(planned));
    return Ok();
  }

  // Where a member goes: links on the way are followed inside the root.
  Result<std::string> Place(const std::string& name) const {
    COOPER_ASSIGN_OR_RETURN(const std::string parent,
                            plan_.Resolve(JoinPath(directory_, ParentPath(name)), true));
    return JoinPath(parent, LastName(name));
  }

  LayerPlan& plan_;
  const FileTree& base_;
  const CopyRules& rules_;
  std::string directory_;
  size_t archive_;
};

// False when `path` is not an archive and is to be copied.
Result<bool> TryUnpack(const std::string& path, std::string_view to, const FileTree& source,
                       const FileOpContext& context, const CopyRules& rules, LayerPlan& plan) {
  COOPER_ASSIGN_OR_RETURN(const std::string file, source.Resolve(path, /*follow_last=*/false));
  const std::optional<TreeEntry> entry = source.Find(file);
  if (!entry || entry->type != EntryType::kFile || !context.archives) return false;
  if (rules.exclude.Matches(LastName(path))) return true;
  COOPER_ASSIGN_OR_RETURN(std::optional<OpenArchive> opened,
                          TryOpen(source, file, context.archives));
  if (!opened) return false;

  COOPER_ASSIGN_OR_RETURN(std::string directory, plan.Resolve(CleanTreePath(to), true));
  COOPER_RETURN_IF_ERROR(
      plan.MakeDirectories(directory, 0755, rules.owner.value_or(Owner{}), rules.now));
  const size_t archive = plan.AddArchive([&source, &context, file]() -> Result<OpenArchive> {
    COOPER_ASSIGN_OR_RETURN(std::optional<OpenArchive> again,
                            TryOpen(source, file, context.archives));
    if (again) return *std::move(again);
    return Error(DiagnosticKind::kContext, "`/" + file + "` changed while it was read");
  });
  ArchiveUnpacker unpacker(plan, context.base, rules, std::move(directory), archive);
  if (Status status = unpacker.Unpack(*opened->members); !status.ok()) {
    return std::move(std::move(status).error().Within("cannot unpack `/" + file + "`"));
  }
  return true;
}

}  // namespace

Status ApplyUnpack(const FileUnpackOp& op, const FileTree& source, const FileOpContext& context,
                   EntrySink& sink) {
  COOPER_ASSIGN_OR_RETURN(
      const CopyRules rules,
      CopyRules::From(context.base, context.now, op.chown, op.chmod, op.keep_owner, op.exclude));
  LayerPlan plan(context.base);
  TreeCopier copier(plan, source, rules);
  for (const std::string& from : op.from) {
    COOPER_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ExpandSource(source, from));
    for (const std::string& path : paths) {
      COOPER_ASSIGN_OR_RETURN(const bool unpacked,
                              TryUnpack(path, op.to, source, context, rules, plan));
      if (!unpacked) COOPER_RETURN_IF_ERROR(copier.Copy(path, op.to));
    }
  }
  return plan.Emit(sink);
}

}  // namespace cooper
