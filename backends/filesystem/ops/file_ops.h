// What the file ops of the graph do to a tree: each writes the layer that turns
// `base` into the result, without touching a root file system.

#ifndef COOPER_BACKENDS_FILESYSTEM_OPS_FILE_OPS_H_
#define COOPER_BACKENDS_FILESYSTEM_OPS_FILE_OPS_H_

#include <functional>
#include <memory>
#include <optional>

#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"
#include "ir/graph/ops.h"

namespace cooper {

// Reads an archive for FileUnpackOp: nothing when the content is not an archive
// of a known kind. Implemented by backends/layer over libarchive.
using ArchiveOpener =
    std::function<Result<std::optional<std::unique_ptr<EntrySource>>>(ContentReader& content)>;

struct FileOpContext {
  const FileTree& base;    // input 0
  FileTime now;            // for what has no time of its own: made directories and files
  ArchiveOpener archives;  // used by FileUnpackOp alone
};

// Errors: kMissingSource for a literal path that is not there, kCopy for a rule
// of the contract that is broken (file over directory ...), kUnknownUser.
// Copies from `source` (input 1).
Status ApplyCopy(const FileCopyOp& op, const FileTree& source, const FileOpContext& context,
                 EntrySink& sink);
Status ApplyUnpack(const FileUnpackOp& op, const FileTree& source, const FileOpContext& context,
                   EntrySink& sink);
Status ApplyMkdir(const FileMkdirOp& op, const FileOpContext& context, EntrySink& sink);
Status ApplyMkfile(const FileMkfileOp& op, const FileOpContext& context, EntrySink& sink);
Status ApplyRemove(const FileRemoveOp& op, const FileOpContext& context, EntrySink& sink);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_OPS_FILE_OPS_H_
