#include "backends/sandbox/ladder/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

constexpr size_t kMessageLimit = 4096;

}  // namespace

Result<Child> Child::Start(const std::function<int()>& body) {
  Child child;
  child.pid_ = fork();
  if (child.pid_ < 0) return ErrnoError(DiagnosticKind::kSandbox, "fork", errno);
  if (child.pid_ == 0) _exit(body());
  return child;
}

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

Child::~Child() {
  while (pid_ > 0 && waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Status TryInChild(const std::function<Status()>& body) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoError(DiagnosticKind::kSandbox, "pipe2", errno);
  const ScopedFd read_end(ends[0]);
  ScopedFd write_end(ends[1]);
  // What failed, after a byte that tells success from an empty message.
  COOPER_ASSIGN_OR_RETURN(const Child child, Child::Start([&] {
                            prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
                            const Status status = body();
                            const std::string text =
                                status.ok() ? "+" : "-" + status.error().message();
                            return WriteFully(write_end.get(), text.substr(0, kMessageLimit));
                          }));
  write_end.Close();
  std::array<char, kMessageLimit> buffer;
  size_t size = 0;
  errno = ReadFully(read_end.get(), buffer, size);
  if (errno != 0) return ErrnoError(DiagnosticKind::kSandbox, "read", errno);
  if (size == 1 && buffer[0] == '+') return Ok();
  if (size == 0) return Error(DiagnosticKind::kSandbox, "the trial was killed");
  return Error(DiagnosticKind::kSandbox, std::string(buffer.data() + 1, size - 1));
}

}  // namespace cooper
