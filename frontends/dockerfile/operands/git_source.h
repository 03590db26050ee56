// Git repositories as ADD names them: `https://host/app.git#v1:docs`,
// `git@host:app.git?tag=v1&subdir=docs`.

#ifndef COOPER_FRONTENDS_DOCKERFILE_OPERANDS_GIT_SOURCE_H_
#define COOPER_FRONTENDS_DOCKERFILE_OPERANDS_GIT_SOURCE_H_

#include <optional>
#include <string>
#include <string_view>

#include "ir/base/result.h"
#include "ir/graph/ops.h"

namespace cooper {

// Whether a source is a repository: by its scheme, as `user@host:path`, or a
// http(s) URL whose path ends in `.git`.
bool IsGitUrl(std::string_view text);

struct GitSource {
  SourceGitOp op;
  // The "user:password" of an http(s) URL (see VertexMetadata), which is not in `op`. With
  // ssh the user is a part of the address and stays there.
  std::string userinfo;
  std::optional<bool> keep_git_dir;  // when the query says it
};

// Takes `text`, for which IsGitUrl holds, apart. The error is kInvalidArgument: a
// query key that is unknown, given twice or contradicts another.
Result<GitSource> ParseGitSource(std::string_view text);

// Whether `text` can be the beginning of a commit's name.
bool IsCommitPrefix(std::string_view text);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_OPERANDS_GIT_SOURCE_H_
