// What a copy reads of a build context, as one digest and as a list.

#ifndef COOPER_BACKENDS_SOURCE_CONTENT_DIGEST_H_
#define COOPER_BACKENDS_SOURCE_CONTENT_DIGEST_H_

#include <cstddef>
#include <stop_token>
#include <vector>

#include "backends/filesystem/tree/file_tree.h"
#include "backends/source/selection.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/plan/cache_key.h"

namespace cooper {

// A digest over exactly what a FileCopyOp takes from `tree`:
// for every entry its name below the matched source
// (a file's own name, and with `parents` the path that is kept), type, mode,
// ownership, link target, extended attributes and content; no time. Which files
// are names of one file counts, as the copy keeps that.
//
// Errors as of VisitSelection. Content is read in full, unless its digest is known.
Result<Digest> DigestSelection(const FileTree& tree, const Selection& selection,
                               const std::stop_token& stop = {});

// More are not listed: a list is for people, and is kept in memory and on disk.
inline constexpr size_t kMaxListedFiles = 100'000;

// The files that this digest covers, by their paths in `tree`; none if there are more than
// `most`.
Result<std::vector<KeyFile>> ListSelection(const FileTree& tree, const Selection& selection,
                                           const std::stop_token& stop = {},
                                           size_t most = kMaxListedFiles);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_CONTENT_DIGEST_H_
