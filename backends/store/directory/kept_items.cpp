#include "backends/store/directory/kept_items.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "backends/store/directory/file_calls.h"
#include "backends/store/directory/temporary_session.h"

namespace cooper {
namespace {

constexpr std::chrono::milliseconds kRetryPause{5};

int Lock(int fd, int how) {
  while (flock(fd, how) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

Error CannotKeep(int error) {
  return StoreError("cannot note in the store what this build uses", error);
}

// The lock file of a session whose process lives; not ok otherwise.
ScopedFd OpenLiveLock(int temporary_fd, const std::string& name) {
  ScopedFd lock(openat(temporary_fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  // A lock that we get is one that nobody holds.
  if (lock.ok() && Lock(lock.get(), LOCK_SH | LOCK_NB) != EWOULDBLOCK) lock.Close();
  return lock;
}

Status ReadItems(int fd, std::set<Digest>& items) {
  std::array<char, Digest::kBytes * 1024> buffer{};
  size_t count = buffer.size();
  while (count == buffer.size()) {
    if (const int error = ReadFully(fd, buffer, count); error != 0) {
      return StoreError("cannot read what a running build uses", error);
    }
    // An item at the end that is not whole is one that its session does not rely on.
    for (size_t at = 0; at + Digest::kBytes <= count; at += Digest::kBytes) {
      std::array<uint8_t, Digest::kBytes> bytes{};
      std::copy_n(buffer.begin() + static_cast<std::ptrdiff_t>(at), bytes.size(), bytes.begin());
      items.insert(Digest(bytes));
    }
  }
  return Ok();
}

}  // namespace

Status KeptItems::Keep(const Digest& item) {
  const std::lock_guard lock(mutex_);
  if (items_.contains(item)) return Ok();
  if (const int error = Lock(gate_fd_, LOCK_SH); error != 0) return CannotKeep(error);
  const off_t place = static_cast<off_t>(items_.size() * Digest::kBytes);
  ssize_t written = -1;
  do {
    written = pwrite(list_fd_, item.bytes().data(), Digest::kBytes, place);
  } while (written < 0 && errno == EINTR);
  const int error = written == Digest::kBytes ? 0 : written < 0 ? errno : ENOSPC;
  Lock(gate_fd_, LOCK_UN);
  if (error != 0) return CannotKeep(error);
  items_.insert(item);
  return Ok();
}

int KeptItems::WhileNothingIsRemoved(const std::function<int()>& work) const {
  const std::lock_guard lock(mutex_);
  if (const int error = Lock(gate_fd_, LOCK_SH); error != 0) return error;
  const int result = work();
  Lock(gate_fd_, LOCK_UN);
  return result;
}

std::vector<Digest> KeptItems::items() const {
  const std::lock_guard lock(mutex_);
  return {items_.begin(), items_.end()};
}

Result<ClosedGate> ClosedGate::Close(int gate_fd, std::chrono::milliseconds patience,
                                     const std::stop_token& stop) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const int error = Lock(gate_fd, LOCK_EX | LOCK_NB);
    if (error == 0) return ClosedGate(gate_fd);
    if (error != EWOULDBLOCK) return StoreError("cannot lock the store", error);
    if (stop.stop_requested()) {
      return Error(DiagnosticKind::kInterrupted, "the work on the store was interrupted");
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error(DiagnosticKind::kStore,
                   "the store is locked by another process that does not go on; end that process");
    }
    std::this_thread::sleep_for(kRetryPause);
  }
}

ClosedGate::ClosedGate(ClosedGate&& other) noexcept : gate_fd_(std::exchange(other.gate_fd_, -1)) {}

ClosedGate::~ClosedGate() {
  if (gate_fd_ >= 0) Lock(gate_fd_, LOCK_UN);
}

Result<std::set<Digest>> ItemsKeptByAnyone(int temporary_fd) {
  std::vector<std::string> names;
  if (const int error = ListNames(temporary_fd, names); error != 0) {
    return StoreError("cannot list who uses the store", error);
  }
  std::set<Digest> items;
  for (const std::string& name : names) {
    if (!TemporarySession::IsLockName(name)) continue;
    const ScopedFd lock = OpenLiveLock(temporary_fd, name);
    if (lock.ok()) COOPER_RETURN_IF_ERROR(ReadItems(lock.get(), items));
  }
  return items;
}

size_t CountSessions(int temporary_fd) {
  std::vector<std::string> names;
  ListNames(temporary_fd, names);
  return static_cast<size_t>(std::count_if(names.begin(), names.end(), [&](const auto& name) {
    return TemporarySession::IsLockName(name) && OpenLiveLock(temporary_fd, name).ok();
  }));
}

}  // namespace cooper
