#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "backends/filesystem/disk/directory_content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/filesystem/write/directory_writer.h"
#include "backends/filesystem/write/merge_writer.h"
#include "backends/layer/layer_entries.h"
#include "backends/store/directory/file_calls.h"
#include "backends/unpack/confinement.h"
#include "backends/unpack/protocol.h"

namespace cooper {
namespace {

using unpack::Reply;
using unpack::Request;
using unpack::RequestKind;

struct Layer {
  RequestKind kind = RequestKind::kLayer;
  Compression compression = Compression::kNone;
  ScopedFd bytes;  // a blob or an index
  ScopedFd directory;
};

struct Job {
  UnpackOptions options;
  std::vector<Layer> layers;
};

// False at the end of the requests, or for one that is not complete.
bool Receive(Request& request, ScopedFd& first, ScopedFd& second) {
  iovec part = {.iov_base = &request, .iov_len = sizeof request};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size = 0;
  do {
    size = recvmsg(unpack::kRequestsFd, &message, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size != static_cast<ssize_t>(sizeof request)) return false;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr) return true;
  int descriptors[2] = {-1, -1};
  std::memcpy(descriptors, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
  first = ScopedFd(descriptors[0]);
  second = ScopedFd(descriptors[1]);
  return true;
}

std::optional<Job> ReceiveJob() {
  Job job;
  for (;;) {
    Request request;
    Layer layer;
    if (!Receive(request, layer.bytes, layer.directory)) return std::nullopt;
    switch (request.kind) {
      case RequestKind::kOptions:
        job.options = request.options;
        break;
      case RequestKind::kLower:
      case RequestKind::kLayer:
        if (!layer.bytes.ok()) return std::nullopt;
        if (!layer.directory.ok() && job.options.form != UnpackForm::kIndex) return std::nullopt;
        layer.kind = request.kind;
        layer.compression = request.compression;
        job.layers.push_back(std::move(layer));
        break;
      case RequestKind::kStart:
        return job;
    }
  }
}

void ConfineTo(const Job& job) {
  Confinement confinement;
  for (const Layer& layer : job.layers) {
    if (!layer.directory.ok()) continue;
    (layer.kind == RequestKind::kLayer ? confinement.filled : confinement.readable)
        .push_back(layer.directory.get());
  }
  confinement.trusted_xattrs = job.options.form == UnpackForm::kTrusted;
  confinement.memory_bytes = job.options.memory_bytes;
  confinement.file_bytes = job.options.limits.expanded_bytes;
  Confine(confinement);
}

Result<LayerIndex> ReadIndex(int fd) {
  struct stat status = {};
  if (fstat(fd, &status) != 0 || static_cast<uint64_t>(status.st_size) > unpack::kMaxIndexBytes) {
    return ErrnoError(DiagnosticKind::kStore, "cannot read the index of a lower layer", errno);
  }
  std::string bytes(static_cast<size_t>(status.st_size), '\0');
  size_t size = 0;
  if (const int error = ReadFully(fd, bytes, size); error != 0) {
    return ErrnoError(DiagnosticKind::kStore, "cannot read the index of a lower layer", error);
  }
  bytes.resize(size);
  return LayerIndex::Parse(bytes);
}

// Sends the layer's entries to `files`, which may be null.
Result<UnpackedLayer> ReadEntries(LayerEntries& entries, EntrySink* files) {
  IndexRecorder recorder(files);
  for (;;) {
    COOPER_ASSIGN_OR_RETURN(const std::optional<TreeEntry> entry, entries.Next());
    if (!entry) break;
    const bool has_content = entry->type == EntryType::kFile && entry->size_bytes > 0;
    COOPER_RETURN_IF_ERROR(recorder.Add(*entry, has_content ? &entries.content() : nullptr));
  }
  COOPER_ASSIGN_OR_RETURN(const Digest diff_id, entries.DiffId());
  return UnpackedLayer{diff_id, recorder.Take()};
}

template <typename Writer>
Result<UnpackedLayer> Fill(Writer& files, LayerEntries& entries) {
  COOPER_ASSIGN_OR_RETURN(UnpackedLayer layer, ReadEntries(entries, &files));
  COOPER_RETURN_IF_ERROR(files.Finish());
  return layer;
}

Result<UnpackedLayer> Unpack(Layer& layer, const FileTree& lower, const UnpackOptions& options) {
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<LayerEntries> entries,
                          LayerEntries::Open(ContentOf(std::move(layer.bytes)), layer.compression,
                                             lower, options.limits));
  if (options.form == UnpackForm::kIndex) return ReadEntries(*entries, nullptr);
  if (options.form == UnpackForm::kTree) {
    MergeWriterOptions tree;
    tree.lower = &lower;
    tree.nodes.as_allowed = true;
    tree.nodes.devices_as_files = !options.make_devices;
    tree.hard_links = true;
    tree.open_directories = geteuid() != 0;
    MergeWriter files(layer.directory.get(), std::move(tree));
    return Fill(files, *entries);
  }
  DirectoryWriterOptions snapshot;
  snapshot.lower = &lower;
  snapshot.user_xattrs = options.form != UnpackForm::kTrusted;
  snapshot.one_id = options.form == UnpackForm::kOneId;
  DirectoryWriter files(layer.directory.get(), snapshot);
  return Fill(files, *entries);
}

bool Answer(Reply reply, std::string_view body) {
  reply.size_bytes = body.size();
  const std::string_view head(reinterpret_cast<const char*>(&reply), sizeof reply);
  return WriteFully(unpack::kRepliesFd, head) == 0 && WriteFully(unpack::kRepliesFd, body) == 0;
}

bool AnswerError(const Error& error) {
  Reply reply;
  reply.failed = 1;
  reply.kind = error.kind();
  return Answer(reply, std::string_view(error.message()).substr(0, unpack::kMaxMessageBytes));
}

// Whether all was answered.
bool Work(Job& job) {
  FileTree tree;
  for (Layer& layer : job.layers) {
    LayerIndex index;
    if (layer.kind == RequestKind::kLower) {
      Result<LayerIndex> lower = ReadIndex(layer.bytes.get());
      if (!lower.ok()) return AnswerError(lower.error());
      index = *std::move(lower);
    } else {
      Result<UnpackedLayer> unpacked = Unpack(layer, tree, job.options);
      if (!unpacked.ok()) return AnswerError(unpacked.error());
      Reply reply;
      reply.diff_id = unpacked->diff_id.bytes();
      if (!Answer(reply, unpacked->index.Serialize())) return false;
      index = std::move(unpacked->index);
    }
    tree.Push({std::make_shared<const LayerIndex>(std::move(index)),
               layer.directory.ok() ? DirectoryContent(layer.directory.Release()) : nullptr});
  }
  return true;
}

// Each layer has two descriptors open.
void RaiseDescriptorLimit() {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

int RunUnpackChild() {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  syscall(SYS_close_range, unpack::kRepliesFd + 1, ~0U, 0);
  std::set_new_handler([] { _exit(unpack::kExitOutOfMemory); });
  RaiseDescriptorLimit();
  // Whoever started this and is gone closed the requests.
  std::optional<Job> job = ReceiveJob();
  if (!job) return unpack::kExitBadRequest;
  ConfineTo(*job);
  return Work(*job) ? 0 : unpack::kExitBadRequest;
}

}  // namespace cooper
