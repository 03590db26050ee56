// Runs the command of a RUN step in isolation.
//
// A Sandbox is opened once in a build, after StepOnto (ladder/ladder.h), by a
// trial step that does everything a real one does. It is then used from any
// number of threads, each step being a process tree of its own.

#ifndef COOPER_BACKENDS_SANDBOX_SANDBOX_H_
#define COOPER_BACKENDS_SANDBOX_SANDBOX_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "backends/filesystem/disk/owner_records.h"
#include "backends/sandbox/ladder/rung.h"
#include "ir/base/result.h"
#include "ir/graph/ops.h"

namespace cooper {

struct SandboxMount {
  enum class Kind : uint8_t {
    kBind,   // a file or directory of the host, with the mounts below it
    kTmpfs,  // an empty directory in memory
    kFile,   // a file with `content`, in memory
  };
  Kind kind = Kind::kBind;
  std::string source;   // kBind: host path; trusted, links in it are followed
  std::string subpath;  // kBind: resolved inside `source`, which it cannot leave
  std::string target;   // absolute; resolved inside the root and made if missing
  bool read_only = false;
  uint32_t mode = 0755;  // kTmpfs, kFile
  // Of a kFile. With Rung::kUserns1 also of what is in a kBind and not in `known_owners`.
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size_bytes = 0;  // kTmpfs; 0: half of the memory
  std::string content;
};

// The root of a step as an overlay mount, which leaves what is below it alone.
struct OverlayRoot {
  // Directories, top first; none for an empty root. At most 499.
  std::vector<std::string> lower_dirs;
  // Empty directories of the caller's on one file system, used for this step only.
  // What the step writes is in upper_dir, unsynced; work_dir is to be thrown away.
  std::string upper_dir;
  std::string work_dir;
};

// A directory of the caller's that the step changes itself.
struct PlainRoot {
  std::string directory;
};

// What roots a sandbox can give a step.
enum class RootForm : uint8_t {
  kOverlay,
  kPlain,    // where overlayfs may not be mounted, or not on the store's file system
  kInPlace,  // PlainRoot of `/` only: the step runs in the root that this process has
};

struct RunRequest {
  std::variant<OverlayRoot, PlainRoot> root;  // as Sandbox::root_form says

  std::vector<std::string> args;  // args[0] is looked up in PATH of `env`
  std::vector<std::string> env;   // all that the command gets
  std::string cwd = "/";          // made (0755) if missing
  uint32_t uid = 0;
  uint32_t gid = 0;
  std::vector<uint32_t> groups;  // exactly these
  std::string hostname = "buildkitsandbox";
  NetworkMode network = NetworkMode::kDefault;  // kDefault and kHost: the caller's
  SecurityMode security = SecurityMode::kSandbox;
  std::vector<std::string> extra_hosts;  // "name=address", for /etc/hosts
  std::vector<SandboxMount> mounts;      // on top of /proc, /dev, /sys, resolv.conf and hosts

  // For Rung::kUserns1, in which no file on disk has its owner.
  OwnerRecords::LowerLookUp lower;  // what the root has at a path before the step; may be empty
  std::vector<std::pair<NodeKey, NodeTruth>> known_owners;  // of files in mounts
};

struct RunOutcome {
  int exit_status = 0;  // 0..255; 128 + number if a signal ended the command
  // What is in the root only because something was mounted on it: paths relative
  // to upper_dir or the directory, with the directories made for them, without those that the step
  // put something of its own into.
  std::vector<std::string> stub_paths;
  // Whose the files are that the step left; null when the disk knows.
  std::shared_ptr<const OwnerRecords> owners;
};

// Takes what a step writes. Called from the thread that runs the step.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // `stream` is 1 (output) or 2 (errors). `bytes` end anywhere, even inside a line.
  virtual void Write(int stream, std::string_view bytes) = 0;
};

class Sandbox {
 public:
  virtual ~Sandbox() = default;
  virtual Rung rung() const = 0;
  virtual RootForm root_form() const = 0;
  // Whether RunRequest::mounts may be used, and /etc/resolv.conf, /etc/hosts and system
  // mounts are there. Where not, who asks for a step puts into its root what it needs.
  virtual bool has_mounts() const = 0;
  // What the steps have to do without here, one line each, for the log.
  virtual const std::vector<std::string>& notes() const = 0;

  // Runs one step and returns when all its processes are dead. A command that
  // fails is an outcome; one that cannot be found ends with 127 or 126 and a line
  // in the log, as in a shell. kSandbox when the step could not be set up,
  // kInterrupted after a stop, which takes effect within a second.
  //
  // The calling thread must live until this returns: its death kills the step.
  virtual Result<RunOutcome> Run(const RunRequest& request, LogSink& log, std::stop_token stop) = 0;
};

// Opens the rung that this process stands on. `state_dir` is a directory of the store,
// where steps have their files. kSandbox says what failed and what to change.
Result<std::unique_ptr<Sandbox>> OpenSandbox(Rung rung, const std::string& state_dir);

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_SANDBOX_H_
