#include "backends/sandbox/runner/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/sandbox/runner/report.h"

namespace cooper::runner {
namespace {

template <typename T>
T& Append(List<T>& list, const T& item, size_t spare = 0) {
  T* const items = static_cast<T*>(realloc(list.items, (list.size + 1 + spare) * sizeof(T)));
  if (items == nullptr) Fail("request", "realloc", "");
  list.items = items;
  list.items[list.size] = item;
  return list.items[list.size++];
}

void AppendArgument(List<char*>& list, char* text) {
  Append(list, text, /*spare=*/1);
  list.items[list.size] = nullptr;
}

uint64_t Number(const char* value, uint32_t size) {
  uint64_t number = 0;
  if (size != sizeof(number)) {
    errno = EBADMSG;
    Fail("request", "number", "");
  }
  memcpy(&number, value, sizeof(number));
  return number;
}

void StoreMount(List<MountRequest>& mounts, RequestTag tag, const char* value, uint32_t size) {
  if (tag == RequestTag::kMountKind) {
    Append(mounts, MountRequest{}).kind = static_cast<MountKind>(Number(value, size));
    return;
  }
  if (mounts.size == 0) {
    errno = EBADMSG;
    Fail("request", "mount", "");
  }
  MountRequest& mount = mounts.items[mounts.size - 1];
  switch (tag) {
    case RequestTag::kMountSource:
      mount.source = value;
      break;
    case RequestTag::kMountSubpath:
      mount.subpath = value;
      break;
    case RequestTag::kMountTarget:
      mount.target = value;
      break;
    case RequestTag::kMountReadOnly:
      mount.read_only = Number(value, size) != 0;
      break;
    case RequestTag::kMountMode:
      mount.mode = static_cast<uint32_t>(Number(value, size));
      break;
    case RequestTag::kMountUid:
      mount.uid = static_cast<uint32_t>(Number(value, size));
      break;
    case RequestTag::kMountGid:
      mount.gid = static_cast<uint32_t>(Number(value, size));
      break;
    case RequestTag::kMountSize:
      mount.size_bytes = Number(value, size);
      break;
    case RequestTag::kMountContent:
      mount.content = value;
      mount.content_size = size;
      break;
    default:
      errno = EBADMSG;
      Fail("request", "record", "");
  }
}

void StoreRecord(Request& request, RequestTag tag, char* value, uint32_t size) {
  switch (tag) {
    case RequestTag::kParentPid:
      request.parent_pid = Number(value, size);
      break;
    case RequestTag::kFlags:
      request.flags = Number(value, size);
      break;
    case RequestTag::kScratch:
      request.scratch = value;
      break;
    case RequestTag::kRoot:
      request.root = value;
      break;
    case RequestTag::kLower:
      Append(request.lowers, static_cast<const char*>(value));
      break;
    case RequestTag::kUpper:
      request.upper = value;
      break;
    case RequestTag::kWork:
      request.work = value;
      break;
    case RequestTag::kArg:
      AppendArgument(request.args, value);
      break;
    case RequestTag::kEnv:
      AppendArgument(request.env, value);
      break;
    case RequestTag::kCwd:
      request.cwd = value;
      break;
    case RequestTag::kUid:
      request.uid = static_cast<uint32_t>(Number(value, size));
      break;
    case RequestTag::kGid:
      request.gid = static_cast<uint32_t>(Number(value, size));
      break;
    case RequestTag::kGroup:
      Append(request.groups, static_cast<uint32_t>(Number(value, size)));
      break;
    case RequestTag::kHostname:
      request.hostname = value;
      break;
    case RequestTag::kSeccomp:
      request.seccomp = value;
      request.seccomp_size = size;
      break;
    case RequestTag::kRecorder:
      request.recorder = value;
      request.recorder_size = size;
      break;
    default:
      StoreMount(request.mounts, tag, value, size);
  }
}

}  // namespace

Request ReadRequest(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0 || status.st_size <= 0) Fail("request", "fstat", "");
  const size_t size = static_cast<size_t>(status.st_size);
  char* const bytes =
      static_cast<char*>(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
  if (bytes == MAP_FAILED) Fail("request", "mmap", "");
  close(fd);

  Request request;
  size_t at = 0;
  while (at + sizeof(RecordHeader) < size) {
    RecordHeader header;
    memcpy(&header, bytes + at, sizeof(header));
    at += sizeof(header);
    if (header.size >= size - at || bytes[at + header.size] != '\0') break;
    StoreRecord(request, static_cast<RequestTag>(header.tag), bytes + at, header.size);
    at += header.size + 1;
  }
  if (at != size || request.args.size == 0) {
    errno = EBADMSG;
    Fail("request", "record", "");
  }
  if (request.env.items == nullptr) {
    static char* none[] = {nullptr};
    request.env.items = none;
  }
  return request;
}

}  // namespace cooper::runner
