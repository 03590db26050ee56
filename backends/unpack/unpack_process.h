// Unpacks the layers of an image in a process of its own.
//
// Layers are bytes from strangers, and most code that has to understand them before
// anything is known to be right is here: decompressors, the tar reader, the writers of
// trees. So it runs in a child that has no more than the open blobs and the open
// directories to fill: see confinement.h. What comes back is a digest to compare and an
// index that is checked when it is read. A child that crashes, is killed or gets out of
// hand is an error of this layer; it dies with this process, and when a stop is asked for.
//
// The child is the program itself, started anew, so nothing of this process's memory,
// secrets among it, is there. One object serves one thread.

#ifndef COOPER_BACKENDS_UNPACK_UNPACK_PROCESS_H_
#define COOPER_BACKENDS_UNPACK_UNPACK_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/filesystem/tree/layer_index.h"
#include "backends/layer/layer_reader.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/image/media_type.h"

namespace cooper {

// By this name as argv[0] the program knows that it is such a child: see RunUnpackChild.
inline constexpr std::string_view kUnpackProgramName = "cooper-unpack";

enum class UnpackForm : uint32_t {
  // A directory for each layer, as a lower directory of an overlay mount (DirectoryWriter);
  // the two others are those of DirectoryWriterOptions.
  kTrusted,
  kUserXattrs,
  kOneId,
  // All layers into one directory (MergeWriter), as a user looks at an image: links are
  // links, and what this user may not do, such as giving files away, is left undone.
  kTree,
  // Nothing is written: what the layers hold is all that is asked.
  kIndex,
};

struct UnpackOptions {
  UnpackForm form = UnpackForm::kTree;
  bool make_devices = true;  // else they become empty files; kTree alone
  ArchiveLimits limits = {};
  // Of the child's address space. Far more than any layer within `limits` needs but one
  // of millions of entries.
  uint64_t memory_bytes = uint64_t{4} << 30;
};

// What to start, and with which limits.
struct Unpacker {
  std::string program;  // such as /proc/self/exe
  UnpackOptions options = {};

  UnpackOptions OptionsFor(UnpackForm form) const {
    UnpackOptions chosen = options;
    chosen.form = form;
    return chosen;
  }
};

struct UnpackedLayer {
  Digest diff_id;  // as the child has it
  LayerIndex index;
};

class UnpackProcess {
 public:
  // kStore when `program` cannot be started.
  static Result<UnpackProcess> Start(const std::string& program, const UnpackOptions& options);
  UnpackProcess(UnpackProcess&& other) noexcept;
  UnpackProcess& operator=(UnpackProcess&& other) noexcept;
  // Kills the child if it still runs.
  ~UnpackProcess();

  // The layers, bottom first, all of them before the first Next. Descriptors are borrowed
  // for the call; the directories are -1 for kIndex. A lower layer is one that has been
  // unpacked before: `index_fd` has its serialized index.
  Status AddLower(int index_fd, int directory_fd);
  Status AddLayer(int blob_fd, Compression compression, int directory_fd);

  // Waits for the next of the layers of AddLayer to be complete in its directory. Whether
  // the diff id is the right one is for the caller to say. kLayerInvalid and
  // kLimitExceeded for the layer's faults, a crash among them; kStore for the system's;
  // kInterrupted soon after a stop. After an error there is no next one.
  Result<UnpackedLayer> Next(const std::stop_token& stop = {});

  pid_t pid() const { return pid_; }

 private:
  UnpackProcess(pid_t pid, ScopedFd requests, ScopedFd replies)
      : pid_(pid), requests_(std::move(requests)), replies_(std::move(replies)) {}

  Status Send(const void* packet, size_t size, int first_fd = -1, int second_fd = -1);
  Status Read(void* out, size_t size, const std::stop_token& stop);
  // Why there is no answer. The child is gone then.
  Error Ended();
  int Reap();

  pid_t pid_ = -1;
  ScopedFd requests_;  // a socket, each packet a request
  ScopedFd replies_;   // a pipe
  bool started_ = false;
};

// What the child does, in place of everything else that the program can. Returns its exit
// status.
int RunUnpackChild();

}  // namespace cooper

#endif  // COOPER_BACKENDS_UNPACK_UNPACK_PROCESS_H_
