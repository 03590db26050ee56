// USER and --chown: names and numbers looked up in a tree's /etc/passwd and
// /etc/group. Both must be regular files of at most 1 MiB, reached inside the
// tree; ids are 0 to 2^31-1 and never wrap (CVE-2024-40635).

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_USER_LOOKUP_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_USER_LOOKUP_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/tree/file_tree.h"
#include "ir/base/result.h"

namespace cooper {

struct RunUser {
  uint32_t uid = 0;
  uint32_t gid = 0;
  // Supplementary ones, `gid` first: a process whose list lacks it could get rid of
  // the rights that its group takes away (CVE-2022-2989 and its kind).
  std::vector<uint32_t> groups;
  std::string home;  // of the passwd entry, empty without one
};

struct Owner {
  uint32_t uid = 0;
  uint32_t gid = 0;
};

// The user that RUN starts as (contract: dockerfile-language, "USER at RUN
// time"). An unknown name is kUnknownUser naming the file searched.
Result<RunUser> LookUpRunUser(const FileTree& tree, std::string_view user);

// `--chown=user[:group]`: a numeric user alone means gid = uid; a name alone
// takes its primary group.
Result<Owner> LookUpOwner(const FileTree& tree, std::string_view chown);

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_USER_LOOKUP_H_
