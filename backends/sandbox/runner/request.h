// The request of one step, as the helper sees it.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_REQUEST_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_REQUEST_H_

#include <stddef.h>
#include <stdint.h>

#include "backends/sandbox/runner/protocol.h"

namespace cooper::runner {

struct MountRequest {
  MountKind kind = MountKind::kBind;
  const char* source = "";
  const char* subpath = "";
  const char* target = "";
  bool read_only = false;
  uint32_t mode = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size_bytes = 0;
  const char* content = "";
  size_t content_size = 0;
};

// A list whose storage is never freed: the process lives for one step.
template <typename T>
struct List {
  T* items = nullptr;
  size_t size = 0;
  T* begin() const { return items; }
  T* end() const { return items + size; }
};

struct Request {
  uint64_t parent_pid = 0;
  uint64_t flags = 0;
  const char* scratch = "";
  const char* root = "";  // empty: an overlay of what follows
  List<const char*> lowers;
  const char* upper = "";
  const char* work = "";
  List<char*> args;  // ended by a null pointer that size does not count
  List<char*> env;   // the same
  const char* cwd = "/";
  uint32_t uid = 0;
  uint32_t gid = 0;
  List<uint32_t> groups;
  const char* hostname = "";
  const char* seccomp = nullptr;
  size_t seccomp_size = 0;
  const char* recorder = nullptr;
  size_t recorder_size = 0;
  List<MountRequest> mounts;

  bool Has(RequestFlag flag) const { return (flags & flag) != 0; }
};

// Reads all of `fd` and closes it. Strings point into memory that stays.
Request ReadRequest(int fd);

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_REQUEST_H_
