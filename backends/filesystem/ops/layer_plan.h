// What one file op puts on top of its base, before any of it is written.
//
// The op sees base and plan as one tree, so that later sources meet what earlier
// ones made; Emit then gives the sink each path once, in its last state. Owned by
// one op; not thread-safe.

#ifndef COOPER_BACKENDS_FILESYSTEM_OPS_LAYER_PLAN_H_
#define COOPER_BACKENDS_FILESYSTEM_OPS_LAYER_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/filesystem/tree/user_lookup.h"
#include "ir/base/result.h"

namespace cooper {

// An archive that is being read, with the file it is read from.
struct OpenArchive {
  std::unique_ptr<ContentReader> file;
  std::unique_ptr<EntrySource> members;
};

// Where the content of a planned file comes from.
struct TreeContent {
  const FileTree* tree = nullptr;  // borrowed until Emit
  std::string path;
};
struct ArchiveContent {
  size_t archive = 0;  // from AddArchive
  size_t member = 0;   // counted over all entries of the archive
};
using PlannedContent = std::variant<std::monostate, TreeContent, ArchiveContent, std::string>;

struct PlannedEntry {
  TreeEntry entry;
  PlannedContent content;
  // Names of one file share this; 0 for what has one name only.
  uint64_t file_id = 0;
};

class LayerPlan {
 public:
  // `base` is borrowed.
  explicit LayerPlan(const FileTree& base) : base_(base) {}

  // As FileTree's, of base and plan together.
  std::optional<TreeEntry> Find(std::string_view path) const;
  Result<std::string> Resolve(std::string_view path, bool follow_last) const;
  // Null when this op has not put anything at `path`.
  PlannedEntry* FindPlanned(std::string_view path);

  uint64_t NewFileId() { return ++last_file_id_; }

  // Replaces whatever is at the entry's path. A directory keeps what is below an
  // existing one; anything else hides what was below a directory.
  void Put(PlannedEntry planned);

  // Makes `path`, which is resolved, and its missing parents. kCopy when
  // something on the way is no directory.
  Status MakeDirectories(std::string_view path, uint32_t mode, Owner owner, FileTime mtime);

  // `reopen` reads the archive anew when the plan is emitted.
  size_t AddArchive(std::function<Result<OpenArchive>()> reopen);

  // Everything in tree order, except that the files of archives follow in the
  // order of their archives. Directories of the base that lead to something
  // planned come too, as they are.
  Status Emit(EntrySink& sink);

 private:
  struct InTreeOrder {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return TreeOrder(a, b); }
  };
  using Entries = std::map<std::string, PlannedEntry, InTreeOrder>;

  std::optional<TreeEntry> FindInBase(std::string_view path) const;
  // Whether everything planned comes before `path`, as when a tree is copied in order.
  bool ComesLast(std::string_view path) const {
    return planned_.empty() || TreeOrder(planned_.rbegin()->first, path);
  }
  void AddParents();
  Status EmitFile(const PlannedEntry& planned, ContentReader* content, EntrySink& sink);
  Status EmitArchive(size_t archive, EntrySink& sink);

  const FileTree& base_;
  Entries planned_;
  // Directories of the base that something planned hides.
  std::set<std::string, std::less<>> hidden_;
  // A directory that is planned where the base has nothing: no need to look there.
  std::string absent_;
  std::vector<std::function<Result<OpenArchive>()>> archives_;
  std::map<uint64_t, std::string> first_names_;
  uint64_t last_file_id_ = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_OPS_LAYER_PLAN_H_
