// Answers, for one step, the calls that it cannot do where it runs. With one id: keeps
// whose each file is and who each process is, and tells it. Elsewhere it makes devices
// that are files on disk, and keeps what they are.
//
// The RUN helper installs the filter and sends the listener of it, with the step's root,
// through a socket (protocol.h: kRecorderFd). Owned by whoever runs the step; has one
// thread, which Finish joins.

#ifndef COOPER_BACKENDS_SANDBOX_OWNERSHIP_RECORDER_H_
#define COOPER_BACKENDS_SANDBOX_OWNERSHIP_RECORDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "backends/filesystem/disk/owner_records.h"
#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/sandbox/ownership/credentials.h"
#include "backends/sandbox/ownership/recorded_calls.h"
#include "ir/base/result.h"

namespace cooper {

struct RecorderOptions {
  RecordedScope scope = RecordedScope::kOwners;
  // Where changes of the root are: the upper directory of an overlay, or the root itself.
  std::string upper_dir;
  bool plain = false;
  // Whether the step may leave its root by other ways than chroot.
  bool insecure = false;
  OwnerRecords::LowerLookUp lower;
  // As whom the step starts; new files are theirs.
  uint32_t uid = 0;
  uint32_t gid = 0;
  std::vector<uint32_t> groups;
  // Mounts by their path in the root, and whose their files are unless something is known.
  std::vector<std::pair<std::string, FileOwner>> mounts;
  // Files outside of the root of which something is known.
  std::vector<std::pair<NodeKey, NodeTruth>> known;
};

class Recorder {
 public:
  static Result<std::unique_ptr<Recorder>> Start(RecorderOptions options);
  // As Finish.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // For the helper; to be closed here once the helper runs.
  ScopedFd& helper_end() { return helper_end_; }

  // Once the step's processes are dead.
  std::shared_ptr<const OwnerRecords> Finish();

 private:
  explicit Recorder(RecorderOptions options);
  void Serve();
  bool ReceiveListener(ScopedFd& listener, ScopedFd& root);

  RecorderOptions options_;
  std::shared_ptr<OwnerRecords> records_;
  ScopedFd upper_;
  ScopedFd own_end_;
  ScopedFd helper_end_;
  ScopedFd wake_;  // eventfd; readable at the end
  std::thread thread_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_OWNERSHIP_RECORDER_H_
