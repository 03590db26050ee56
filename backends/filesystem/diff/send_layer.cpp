#include "backends/filesystem/diff/send_layer.h"

#include <set>
#include <string_view>

#include "backends/filesystem/tree/link_resolver.h"

namespace cooper {
namespace {

class Sender {
 public:
  Sender(const LayerIndex& index, const ContentStore& content, EntrySink& sink)
      : index_(index), content_(content), sink_(sink) {
    for (const TreeEntry& entry : index.entries()) {
      if (entry.type == EntryType::kWhiteout) directories_.insert(ParentPath(entry.path));
    }
  }

  Status Run() {
    std::vector<const TreeEntry*> later;
    for (const TreeEntry& entry : index_.entries()) {
      COOPER_RETURN_IF_ERROR(SendWhiteoutsAround(entry));
      if (entry.type == EntryType::kWhiteout) continue;
      if (entry.type == EntryType::kHardLink && TreeOrder(entry.path, entry.link)) {
        later.push_back(&entry);
        continue;
      }
      COOPER_RETURN_IF_ERROR(Send(entry));
    }
    for (const TreeEntry* link : later) COOPER_RETURN_IF_ERROR(Send(*link));
    return Ok();
  }

 private:
  // Image-spec wants whiteouts before their siblings: those of a directory go
  // out when the first entry below it comes.
  Status SendWhiteoutsAround(const TreeEntry& entry) {
    if (directories_.empty() || entry.path.empty()) return Ok();
    for (size_t slash = 0; slash != std::string_view::npos;) {
      const std::string_view path = entry.path;
      const std::string_view directory = path.substr(0, slash);
      slash = path.find('/', slash == 0 ? 0 : slash + 1);
      if (directories_.erase(directory) == 0) continue;
      for (const TreeEntry& below : index_.Below(directory)) {
        if (below.type != EntryType::kWhiteout || ParentPath(below.path) != directory) continue;
        COOPER_RETURN_IF_ERROR(sink_.Add(below, nullptr));
      }
    }
    return Ok();
  }

  Status Send(const TreeEntry& entry) {
    if (entry.type != EntryType::kFile || entry.size_bytes == 0) return sink_.Add(entry, nullptr);
    COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<ContentReader> reader, content_.Open(entry));
    return sink_.Add(entry, reader.get());
  }

  const LayerIndex& index_;
  const ContentStore& content_;
  EntrySink& sink_;
  std::set<std::string_view> directories_;  // with whiteouts still to send
};

}  // namespace

Status SendLayer(const LayerIndex& index, const ContentStore& content, EntrySink& sink) {
  return Sender(index, content, sink).Run();
}

}  // namespace cooper
