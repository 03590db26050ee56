// A directory that appears with everything in it, or not at all.

#ifndef COOPER_CLI_IMAGE_NEW_TREE_H_
#define COOPER_CLI_IMAGE_NEW_TREE_H_

#include <string>
#include <utility>
#include <vector>

#include "backends/filesystem/disk/scoped_fd.h"
#include "ir/base/result.h"

namespace cooper {

// It is filled in a private directory beside its place, `.NAME.cooper-<random>`, so that
// nobody comes across what it holds, set-id programs perhaps, before that is whole.
class NewTree {
 public:
  // Directories above `path` are made if need be. kOutput when `path` is there and is no
  // empty directory.
  static Result<NewTree> Make(const std::string& path);
  NewTree(NewTree&& other) noexcept;
  NewTree& operator=(NewTree&&) = delete;
  // Without Commit nothing is left.
  ~NewTree();

  // Of the directory to fill.
  int fd() const { return tree_.get(); }
  // Syncs the files, then shows them under the path.
  Status Commit();

 private:
  NewTree(std::string path, std::string name) : path_(std::move(path)), name_(std::move(name)) {}
  void MakeParents(const std::string& parent);
  Status CheckPlace() const;
  Status MakeDirectories();
  Error Failed(int error) const;

  std::string path_;
  std::string name_;
  std::vector<std::string> made_;  // above it, the deepest last
  std::string aside_;              // beside `name_`; empty once it is gone
  ScopedFd parent_;
  ScopedFd outer_;
  ScopedFd tree_;
};

}  // namespace cooper

#endif  // COOPER_CLI_IMAGE_NEW_TREE_H_
