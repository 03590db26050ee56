// What cooper and its RUN helper `cooper-runner` say to each other.
//
// cooper writes one request to a memory file, the helper reads it from kRequestFd
// and writes reports to the pipe kReportFd until the step's processes are dead.
// Both ends come from one build; there is no version. The request is trusted, a
// report is not: the helper shares a kernel with the step.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_PROTOCOL_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_PROTOCOL_H_

#include <stddef.h>
#include <stdint.h>

namespace cooper::runner {

inline constexpr int kRequestFd = 3;
inline constexpr int kReportFd = 4;
// With kRecord, a socket: the helper sends one byte with two descriptors, the
// listener of the recorder's filter and the root of the step.
inline constexpr int kRecorderFd = 5;

// A request is a sequence of records: this header, `size` bytes, one NUL. A
// record that may come several times makes a list. Numbers are uint64_t in the
// machine's byte order.
struct RecordHeader {
  uint32_t tag;
  uint32_t size;
};

enum class RequestTag : uint32_t {
  kParentPid,  // number: who may have started the helper
  kFlags,      // number: RequestFlag
  kScratch,    // an empty directory to mount on; shared by all steps
  kRoot,       // a directory that is the root itself; else an overlay of
  kLower,      // list, top first
  kUpper,
  kWork,
  kArg,  // list
  kEnv,  // list
  kCwd,
  kUid,
  kGid,
  kGroup,  // list of numbers
  kHostname,
  kSeccomp,   // struct sock_filter[]; none when empty
  kRecorder,  // the same, with kRecord: the filter of what is recorded
  // A mount; what follows until the next kMountKind describes it.
  kMountKind,     // number: MountKind
  kMountSource,   // kBind: host path
  kMountSubpath,  // kBind: resolved inside the source; empty: the source itself
  kMountTarget,
  kMountReadOnly,  // number: 0 or 1
  kMountMode,      // number; kTmpfs and kFile
  kMountUid,
  kMountGid,
  kMountSize,     // number, bytes; kTmpfs, 0: half of the memory
  kMountContent,  // kFile
};

enum RequestFlag : uint64_t {
  kUserXattr = 1,   // overlay keeps its marks in user.*: not in the first user namespace
  kNewNetwork = 2,  // loopback only
  kNoNewPrivileges = 4,
  kInsecure = 8,       // every capability there is, no seccomp, nothing masked
  kRecord = 16,        // cooper answers some calls of the command
  kBare = 32,  // no namespaces and no mounts: the step is let into kRoot, `/` being where it is
  kOneId = 64,  // the one id, which the command keeps: cooper plays the others
};

enum class MountKind : uint64_t { kBind, kTmpfs, kFile };

// A report: this letter, a uint32_t size, `size` bytes of fields ended by NUL each.
enum class ReportTag : char {
  kFault = 'F',        // step, call, target, errno: what the helper could not do; nothing ran
  kStub = 'S',         // path in the root: made because something was to be mounted on it
  kNote = 'N',         // call, target, errno: done without
  kNotExecuted = 'C',  // program, errno: the command could not be started
  kStatus = 'X',       // exit status of the command, 128 + signal if one killed it
};

inline constexpr size_t kReportHeaderSize = 1 + sizeof(uint32_t);

// As its only argument: the helper, being the command of a step, checks from the
// inside that ownership, groups and overlay behave. Exit status 0, or the number
// of the first check that failed.
inline constexpr const char* kSelfTestArgument = "--self-test";
inline constexpr const char* kSelfTestDirectory = "/cooper-self-test";
inline constexpr int kSelfTestFirstStatus = 10;
inline constexpr const char* kSelfTestChecks[] = {
    "chown to another user",       "setgroups",
    "setresuid to another user",   "removing a file of a lower layer",
    "replacing a lower directory", "renaming the replaced directory",
};

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_PROTOCOL_H_
