#include "backends/unpack/unpack_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "backends/unpack/protocol.h"

namespace cooper {
namespace {

using unpack::Reply;
using unpack::Request;
using unpack::RequestKind;

// Above the numbers that the child has its descriptors under.
constexpr int kFirstFreeFd = 10;
constexpr size_t kPieceBytes = size_t{1} << 20;

Error StartError(std::string_view call, int error) {
  return ErrnoError(DiagnosticKind::kStore,
                    fmt::format("cannot start the process that unpacks layers: {}", call), error);
}

Result<ScopedFd> Lifted(int fd) {
  if (fd < 0) return StartError("open", errno);
  const ScopedFd low(fd);
  ScopedFd high(fcntl(fd, F_DUPFD_CLOEXEC, kFirstFreeFd));
  if (!high.ok()) return StartError("fcntl", errno);
  return high;
}

// An environment without anything of ours, but where the program's libraries are.
std::vector<std::string> ChildVariables() {
  std::vector<std::string> variables;
  const char* const libraries = getenv("LD_LIBRARY_PATH");
  if (libraries != nullptr) variables.push_back(fmt::format("LD_LIBRARY_PATH={}", libraries));
  return variables;
}

// In a session of its own: an interrupt of the terminal is for its parent.
Result<pid_t> Spawn(const std::string& program, int nothing, int requests, int replies) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    posix_spawn_file_actions_adddup2(&actions, nothing, fd);
  }
  posix_spawn_file_actions_adddup2(&actions, requests, unpack::kRequestsFd);
  posix_spawn_file_actions_adddup2(&actions, replies, unpack::kRepliesFd);
  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
  std::string name(kUnpackProgramName);
  std::array<char*, 2> argv = {name.data(), nullptr};
  std::vector<std::string> variables = ChildVariables();
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  pid_t child = -1;
  const int error =
      posix_spawn(&child, program.c_str(), &actions, &attributes, argv.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return StartError(fmt::format("`{}`", program), error);
  return child;
}

// The kinds that a child has reason to give; whatever else it says is a fault of its own.
DiagnosticKind KindOf(const Reply& reply) {
  switch (reply.kind) {
    case DiagnosticKind::kLayerInvalid:
    case DiagnosticKind::kLimitExceeded:
    case DiagnosticKind::kStore:
    case DiagnosticKind::kUnsupported:
      return reply.kind;
    default:
      return DiagnosticKind::kInternal;
  }
}

Error BadReply() {
  return Error(DiagnosticKind::kLayerInvalid,
               "the process that unpacks it gave no sensible answer");
}

}  // namespace

Result<UnpackProcess> UnpackProcess::Start(const std::string& program,
                                           const UnpackOptions& options) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) {
    return StartError("socketpair", errno);
  }
  ScopedFd requests(sockets[0]);
  COOPER_ASSIGN_OR_RETURN(const ScopedFd child_requests, Lifted(sockets[1]));
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return StartError("pipe2", errno);
  ScopedFd replies(ends[0]);
  COOPER_ASSIGN_OR_RETURN(const ScopedFd child_replies, Lifted(ends[1]));
  COOPER_ASSIGN_OR_RETURN(const ScopedFd nothing, Lifted(open("/dev/null", O_RDWR | O_CLOEXEC)));
  COOPER_ASSIGN_OR_RETURN(const pid_t pid,
                          Spawn(program, nothing.get(), child_requests.get(), child_replies.get()));
  UnpackProcess process(pid, std::move(requests), std::move(replies));
  Request request;
  request.kind = RequestKind::kOptions;
  request.options = options;
  COOPER_RETURN_IF_ERROR(process.Send(&request, sizeof request));
  return process;
}

UnpackProcess::UnpackProcess(UnpackProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      requests_(std::move(other.requests_)),
      replies_(std::move(other.replies_)),
      started_(other.started_) {}

UnpackProcess& UnpackProcess::operator=(UnpackProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(requests_, other.requests_);
  std::swap(replies_, other.replies_);
  std::swap(started_, other.started_);
  return *this;
}

UnpackProcess::~UnpackProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  Reap();
}

int UnpackProcess::Reap() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

Status UnpackProcess::AddLower(int index_fd, int directory_fd) {
  Request request;
  request.kind = RequestKind::kLower;
  return Send(&request, sizeof request, index_fd, directory_fd);
}

Status UnpackProcess::AddLayer(int blob_fd, Compression compression, int directory_fd) {
  Request request;
  request.kind = RequestKind::kLayer;
  request.compression = compression;
  return Send(&request, sizeof request, blob_fd, directory_fd);
}

Status UnpackProcess::Send(const void* packet, size_t size, int first_fd, int second_fd) {
  if (pid_ <= 0) return BadReply();
  iovec part = {.iov_base = const_cast<void*>(packet), .iov_len = size};
  const int descriptors[] = {first_fd, second_fd};
  const size_t bytes = sizeof(int) * ((first_fd >= 0 ? 1 : 0) + (second_fd >= 0 ? 1 : 0));
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof descriptors)] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (bytes > 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(bytes);
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(bytes);
    std::memcpy(CMSG_DATA(header), descriptors, bytes);
  }
  while (sendmsg(requests_.get(), &message, MSG_NOSIGNAL) < 0) {
    if (errno == EINTR) continue;
    if (errno == EPIPE || errno == ECONNRESET) return Ended();
    return StartError("sendmsg", errno);
  }
  return Ok();
}

Status UnpackProcess::Read(void* out, size_t size, const std::stop_token& stop) {
  const ScopedFd wake(eventfd(0, EFD_CLOEXEC));
  if (!wake.ok()) return StartError("eventfd", errno);
  const std::stop_callback on_stop(stop, [&wake] { eventfd_write(wake.get(), 1); });
  auto* to = static_cast<char*>(out);
  while (size > 0) {
    std::array<pollfd, 2> ready = {{{replies_.get(), POLLIN, 0}, {wake.get(), POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), -1) < 0) continue;
    if (ready[1].revents != 0) {
      kill(pid_, SIGKILL);
      Reap();
      return Error(DiagnosticKind::kInterrupted, "the unpacking was interrupted");
    }
    const ssize_t count = read(replies_.get(), to, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return Ended();
    to += count;
    size -= static_cast<size_t>(count);
  }
  return Ok();
}

Error UnpackProcess::Ended() {
  // It is on its way out, and how it ended is decided; or it only hung up.
  kill(pid_, SIGKILL);
  const int status = Reap();
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    return Error(DiagnosticKind::kStore,
                 "the process that unpacks it was killed; memory may have run out");
  }
  if (WIFSIGNALED(status)) {
    return Error(DiagnosticKind::kLayerInvalid,
                 fmt::format("the process that unpacks it crashed: {}",
                             strsignal(WTERMSIG(status))));  // NOLINT(concurrency-mt-unsafe)
  }
  if (WEXITSTATUS(status) == unpack::kExitOutOfMemory) {
    return Error(DiagnosticKind::kLimitExceeded, "unpacking it takes more memory than it may have");
  }
  return Error(DiagnosticKind::kStore,
               fmt::format("the process that unpacks it ended with {}", WEXITSTATUS(status)));
}

Result<UnpackedLayer> UnpackProcess::Next(const std::stop_token& stop) {
  if (pid_ <= 0) return BadReply();
  if (!std::exchange(started_, true)) {
    const Request request;
    COOPER_RETURN_IF_ERROR(Send(&request, sizeof request));
  }
  Reply reply;
  COOPER_RETURN_IF_ERROR(Read(&reply, sizeof reply, stop));
  const bool failed = reply.failed != 0;
  if (reply.size_bytes > (failed ? unpack::kMaxMessageBytes : unpack::kMaxIndexBytes)) {
    return BadReply();
  }
  // What is claimed takes no memory before it is there.
  std::string body;
  while (body.size() < reply.size_bytes) {
    const size_t done = body.size();
    body.resize(done + std::min<uint64_t>(kPieceBytes, reply.size_bytes - done));
    COOPER_RETURN_IF_ERROR(Read(body.data() + done, body.size() - done, stop));
  }
  if (failed) return Error(KindOf(reply), std::move(body));
  Result<LayerIndex> index = LayerIndex::Parse(body);
  if (!index.ok()) return BadReply();
  return UnpackedLayer{Digest(reply.diff_id), *std::move(index)};
}

}  // namespace cooper
