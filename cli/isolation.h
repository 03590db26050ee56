// The isolation of a build's RUN steps: chosen and entered at the start, opened when
// the first of them begins.

#ifndef COOPER_CLI_ISOLATION_H_
#define COOPER_CLI_ISOLATION_H_

#include <memory>
#include <mutex>
#include <string>

#include "backends/sandbox/ladder/ladder.h"
#include "backends/sandbox/sandbox.h"
#include "backends/store/store.h"
#include "ir/base/result.h"

namespace cooper {

// The form of snapshots in a store at `store_dir` as a build with this choice has it.
SnapshotForm FormOfSnapshots(const Result<Footing>& footing);

class Isolation {
 public:
  // To be made while the process has one thread. When there is no rung to stand on, or
  // it cannot be entered, builds without RUN go on.
  Isolation(RungChoice choice, std::string store_dir);

  // Why there is no RUN.
  Status status() const { return footing_.ok() ? Ok() : Status(footing_.error()); }
  SnapshotForm form() const { return form_; }
  // Whether the root that this process sees becomes that of images: what is started then,
  // ours too, runs with an image's loader and libraries.
  bool gives_up_root() const { return footing_.ok() && footing_->rung == Rung::kInplace; }

  // May be called from any thread. `*opened` is set to what the log says of it when
  // this call was the first.
  Result<Sandbox*> Open(std::string* opened);

 private:
  std::string Description() const;

  const std::string store_dir_;
  Result<Footing> footing_;
  SnapshotForm form_;
  std::mutex mutex_;
  std::unique_ptr<Sandbox> sandbox_;
};

}  // namespace cooper

#endif  // COOPER_CLI_ISOLATION_H_
