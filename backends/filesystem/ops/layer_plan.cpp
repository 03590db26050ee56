#include "backends/filesystem/ops/layer_plan.h"

#include "backends/filesystem/tree/link_resolver.h"
#include "backends/filesystem/tree/string_reader.h"

namespace cooper {
namespace {

bool IsArchiveFile(const PlannedEntry& planned) {
  return planned.entry.size_bytes > 0 && std::holds_alternative<ArchiveContent>(planned.content);
}

}  // namespace

std::optional<TreeEntry> LayerPlan::FindInBase(std::string_view path) const {
  if (!absent_.empty() && IsBelow(path, absent_)) return std::nullopt;
  for (const std::string& hidden : hidden_) {
    if (path == hidden || IsBelow(path, hidden)) return std::nullopt;
  }
  return base_.Find(path);
}

std::optional<TreeEntry> LayerPlan::Find(std::string_view path) const {
  if (ComesLast(path)) return FindInBase(path);
  if (const auto it = planned_.find(path); it != planned_.end()) return it->second.entry;
  return FindInBase(path);
}

Result<std::string> LayerPlan::Resolve(std::string_view path, bool follow_last) const {
  return ResolveLinks(path, follow_last, FileTree::kMaxLinks,
                      [this](std::string_view candidate) { return Find(candidate); });
}

PlannedEntry* LayerPlan::FindPlanned(std::string_view path) {
  const auto it = planned_.find(path);
  return it == planned_.end() ? nullptr : &it->second;
}

void LayerPlan::Put(PlannedEntry planned) {
  const std::string path = planned.entry.path;
  const bool is_directory = planned.entry.type == EntryType::kDirectory;
  const std::optional<TreeEntry> in_base = FindInBase(path);
  if (is_directory) {
    if (hidden_.contains(path)) planned.entry.opaque = true;
    if (!in_base && (absent_.empty() || !IsBelow(path, absent_))) absent_ = path;
  } else {
    if (in_base && in_base->type == EntryType::kDirectory) hidden_.insert(path);
    for (auto it = planned_.upper_bound(path); it != planned_.end() && IsBelow(it->first, path);) {
      it = planned_.erase(it);
    }
  }
  if (ComesLast(path)) {
    planned_.emplace_hint(planned_.end(), path, std::move(planned));
  } else {
    planned_.insert_or_assign(path, std::move(planned));
  }
}

Status LayerPlan::MakeDirectories(std::string_view path, uint32_t mode, Owner owner,
                                  FileTime mtime) {
  for (size_t end = 0; end < path.size();) {
    end = path.find('/', end + 1);
    const std::string_view directory = path.substr(0, end);
    const std::optional<TreeEntry> existing = Find(directory);
    if (existing && existing->type != EntryType::kDirectory) {
      return Error(DiagnosticKind::kCopy, "cannot make directory `/" + std::string(path) + "`: `/" +
                                              std::string(directory) + "` is not a directory");
    }
    if (existing) continue;
    PlannedEntry planned;
    planned.entry.path = directory;
    planned.entry.type = EntryType::kDirectory;
    planned.entry.mode = mode;
    planned.entry.uid = owner.uid;
    planned.entry.gid = owner.gid;
    planned.entry.mtime = mtime;
    Put(std::move(planned));
  }
  return Ok();
}

size_t LayerPlan::AddArchive(std::function<Result<OpenArchive>()> reopen) {
  archives_.push_back(std::move(reopen));
  return archives_.size() - 1;
}

Status LayerPlan::EmitFile(const PlannedEntry& planned, ContentReader* content, EntrySink& sink) {
  if (planned.file_id != 0) {
    const auto [first, is_first] = first_names_.emplace(planned.file_id, planned.entry.path);
    if (!is_first) {
      TreeEntry link = planned.entry;
      link.type = EntryType::kHardLink;
      link.link = first->second;
      link.size_bytes = 0;
      return sink.Add(link, nullptr);
    }
  }
  return sink.Add(planned.entry, content);
}

Status LayerPlan::EmitArchive(size_t archive, EntrySink& sink) {
  std::map<size_t, std::vector<const PlannedEntry*>> wanted;
  for (const auto& [path, planned] : planned_) {
    if (!IsArchiveFile(planned)) continue;
    const auto& content = std::get<ArchiveContent>(planned.content);
    if (content.archive == archive) wanted[content.member].push_back(&planned);
  }
  if (wanted.empty()) return Ok();

  COOPER_ASSIGN_OR_RETURN(const OpenArchive opened, archives_[archive]());
  size_t member = 0;
  for (const auto& [wanted_member, names] : wanted) {
    std::optional<TreeEntry> entry;
    for (; member <= wanted_member; ++member) {
      COOPER_ASSIGN_OR_RETURN(entry, opened.members->Next());
      if (!entry) break;
    }
    if (!entry || entry->size_bytes != names.front()->entry.size_bytes) {
      return Error(DiagnosticKind::kContext,
                   "an archive changed while it was read; build again when nothing writes to it");
    }
    for (const PlannedEntry* planned : names) {
      COOPER_RETURN_IF_ERROR(EmitFile(*planned, &opened.members->content(), sink));
    }
  }
  return Ok();
}

// Tools unpack each layer by itself and lay it over the others. A directory that
// the layer does not list would get a default mode there and hide the base's.
void LayerPlan::AddParents() {
  Entries parents;
  for (const auto& [path, planned] : planned_) {
    std::string parent(ParentPath(path));
    while (!parent.empty() && !planned_.contains(parent) && !parents.contains(parent)) {
      std::optional<TreeEntry> directory = FindInBase(parent);
      // What no layer lists has a default mode anyway.
      if (directory && base_.FindListed(parent) != nullptr) {
        directory->opaque = false;
        parents.emplace(parent, PlannedEntry{*std::move(directory), {}, 0});
      }
      parent = ParentPath(parent);
    }
  }
  planned_.merge(parents);
}

Status LayerPlan::Emit(EntrySink& sink) {
  AddParents();
  for (const auto& [path, planned] : planned_) {
    if (IsArchiveFile(planned)) continue;
    std::unique_ptr<ContentReader> content;
    // Another name of a file that is out already needs no content.
    const bool is_link = planned.file_id != 0 && first_names_.contains(planned.file_id);
    if (planned.entry.type == EntryType::kFile && planned.entry.size_bytes > 0 && !is_link) {
      if (const auto* from = std::get_if<TreeContent>(&planned.content)) {
        COOPER_ASSIGN_OR_RETURN(content, from->tree->Open(from->path));
      } else {
        content = std::make_unique<StringReader>(std::get<std::string>(planned.content));
      }
    }
    COOPER_RETURN_IF_ERROR(EmitFile(planned, content.get(), sink));
  }
  for (size_t archive = 0; archive < archives_.size(); ++archive) {
    COOPER_RETURN_IF_ERROR(EmitArchive(archive, sink));
  }
  return Ok();
}

}  // namespace cooper
