// The system calls that the recorder answers, and how.
//
// One table serves the filter and the recorder, so that none is noticed and not
// answered. Every handler runs on the recorder's thread.

#ifndef COOPER_BACKENDS_SANDBOX_OWNERSHIP_RECORDED_CALLS_H_
#define COOPER_BACKENDS_SANDBOX_OWNERSHIP_RECORDED_CALLS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "backends/filesystem/disk/scoped_fd.h"
#include "backends/sandbox/ownership/credential_table.h"
#include "backends/sandbox/ownership/step_process.h"
#include "backends/sandbox/ownership/step_root.h"

namespace cooper {

struct CallAnswer {
  enum class Kind : uint8_t {
    kLetKernel,   // do the call as it is
    kValue,       // its result
    kError,       // an errno
    kDescriptor,  // a new file descriptor of the process: a copy of `file`
  };
  Kind kind = Kind::kLetKernel;
  int64_t value = 0;
  ScopedFd file;

  static CallAnswer LetKernel() { return {}; }
  static CallAnswer Value(int64_t value) {
    return {.kind = Kind::kValue, .value = value, .file = {}};
  }
  static CallAnswer Fail(int error) { return {.kind = Kind::kError, .value = error, .file = {}}; }
  // 0 is success.
  static CallAnswer Status(int error) { return error == 0 ? Value(0) : Fail(error); }
};

struct NotedCall {
  int number = 0;
  std::array<uint64_t, 6> args{};
  StepProcess process;
  // Whether the process still waits; before that is known nothing may be changed for it,
  // since its id may be another process's by now.
  std::function<bool()> waits;

  int Descriptor(size_t index) const { return static_cast<int>(args[index]); }
  uint32_t Id(size_t index) const { return static_cast<uint32_t>(args[index]); }
};

// What the calls of one step work on.
struct StepOwners {
  StepRoot& root;
  OwnerRecords& records;
  CredentialTable& credentials;
  // Whether every process has the step's root: until one calls chroot.
  bool one_root = true;
};

using CallHandler = CallAnswer (*)(const NotedCall& call, StepOwners& owners);

struct RecordedCall {
  int number = -1;  // negative where the machine has no such call
  CallHandler handler = nullptr;
  // Only calls with one of these bits in this argument; all when `bits` is 0.
  unsigned argument = 0;
  uint64_t bits = 0;
};

// What is answered for a step.
enum class RecordedScope : uint8_t {
  kOwners,   // with one id: all that has to do with owners, and devices
  kDevices,  // devices alone, where owners are real and devices cannot be made
};

std::span<const RecordedCall> RecordedCalls(RecordedScope scope);

// By subject; each in a source file of its own.
CallAnswer GetId(const NotedCall& call, StepOwners& owners);  // getuid, getresgid, getgroups...
CallAnswer SetIds(const NotedCall& call, StepOwners& owners);
CallAnswer ChangeOwner(const NotedCall& call, StepOwners& owners);
CallAnswer ChangeMode(const NotedCall& call, StepOwners& owners);
CallAnswer MoveName(const NotedCall& call, StepOwners& owners);  // rename, link
CallAnswer TellStatus(const NotedCall& call, StepOwners& owners);
// open to write or with O_CREAT, mkdir, mknod...
CallAnswer MakeNewFile(const NotedCall& call, StepOwners& owners);
CallAnswer RemoveName(const NotedCall& call, StepOwners& owners);  // unlink, rmdir
CallAnswer Truncate(const NotedCall& call, StepOwners& owners);
CallAnswer ChangeRoot(const NotedCall& call, StepOwners& owners);
CallAnswer Execute(const NotedCall& call, StepOwners& owners);
CallAnswer MakeDevice(const NotedCall& call, StepOwners& owners);  // mknod, for kDevices

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_OWNERSHIP_RECORDED_CALLS_H_
