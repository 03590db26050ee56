// What a copy reads of a build context, as one digest.

#ifndef COOPER_BACKENDS_SOURCE_CONTENT_DIGEST_H_
#define COOPER_BACKENDS_SOURCE_CONTENT_DIGEST_H_

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"

namespace cooper {

// A digest over exactly what a FileCopyOp with these fields takes from `tree`,
// by the copier's own rules: for every entry its name below the matched source
// (a file's own name, and with `parents` the path that is kept), type, mode,
// ownership, link target, extended attributes and content; no time. Which files
// are names of one file counts, as the copy keeps that.
//
// kMissingSource for a path without wildcard that is not there; `is_excluded`, if
// given, tells whether .dockerignore is the reason. Content is read in full, unless its
// digest is known or a stop ends it with kInterrupted.
Result<Digest> DigestSelection(
    const FileTree& tree, const std::vector<std::string>& from,
    const std::vector<std::string>& exclude, bool parents,
    const std::function<bool(const std::string& path)>& is_excluded = nullptr,
    const std::stop_token& stop = {});

}  // namespace cooper

#endif  // COOPER_BACKENDS_SOURCE_CONTENT_DIGEST_H_
