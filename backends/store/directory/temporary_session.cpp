#include "backends/store/directory/temporary_session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <vector>

#include "backends/store/directory/file_calls.h"
#include "backends/store/directory/tree_removal.h"

namespace cooper {
namespace {

constexpr std::string_view kLockSuffix = ".lock";

std::string LockName(std::string_view session) {
  return std::string(session) + std::string(kLockSuffix);
}

// Opens and locks a session's lock file. Nothing when it is held by somebody, or
// was removed by a cleaner between the two calls.
ScopedFd TryLock(int temporary_fd, std::string_view session, int flags) {
  ScopedFd lock(openat(temporary_fd, LockName(session).c_str(),
                       O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0600));
  if (!lock.ok()) return lock;
  struct stat status{};
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0 || fstat(lock.get(), &status) != 0) {
    lock.Close();
  } else if (status.st_nlink == 0) {
    errno = EEXIST;
    lock.Close();
  }
  return lock;
}

// The names of all sessions, gone or not.
std::set<std::string> Sessions(int temporary_fd) {
  std::vector<std::string> names;
  ListNames(temporary_fd, names);
  std::set<std::string> sessions;
  for (std::string_view name : names) {
    if (TemporarySession::IsLockName(name)) name.remove_suffix(kLockSuffix.size());
    sessions.emplace(name);
  }
  return sessions;
}

}  // namespace

TemporarySession::TemporarySession(int temporary_fd, int gate_fd, std::string name,
                                   std::string path, ScopedFd lock, ScopedFd directory)
    : temporary_fd_(temporary_fd),
      name_(std::move(name)),
      path_(std::move(path)),
      lock_(std::move(lock)),
      directory_(std::move(directory)),
      kept_(gate_fd, lock_.get()) {}

Result<std::unique_ptr<TemporarySession>> TemporarySession::Start(int temporary_fd, int gate_fd,
                                                                  const std::string& path) {
  const std::string action = fmt::format("cannot make a temporary directory in `{}`", path);
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::string name = RandomName();
    // The lock comes first: a directory without a held lock is anybody's to remove.
    ScopedFd lock = TryLock(temporary_fd, name, O_EXCL);
    if (!lock.ok()) {
      if (errno == EEXIST || errno == EWOULDBLOCK) continue;
      return StoreError(action, errno);
    }
    int error = 0;
    ScopedFd directory;
    if (mkdirat(temporary_fd, name.c_str(), 0700) != 0) {
      error = errno;
    } else {
      directory = ScopedFd(
          openat(temporary_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!directory.ok()) error = errno;
    }
    if (error != 0) {
      unlinkat(temporary_fd, name.c_str(), AT_REMOVEDIR);
      unlinkat(temporary_fd, LockName(name).c_str(), 0);
      return StoreError(action, error);
    }
    return std::unique_ptr<TemporarySession>(new TemporarySession(
        temporary_fd, gate_fd, name, path + "/" + name, std::move(lock), std::move(directory)));
  }
  return StoreError(action, EEXIST);
}

TemporarySession::~TemporarySession() {
  // The lock file goes last and only with the directory, so that what could not be
  // removed now is found again.
  if (RemoveTree(temporary_fd_, name_) == 0) {
    unlinkat(temporary_fd_, LockName(name_).c_str(), 0);
  }
}

std::string TemporarySession::NextName(std::string_view prefix) {
  return fmt::format("{}-{}", prefix, next_.fetch_add(1));
}

bool TemporarySession::IsLockName(std::string_view name) { return name.ends_with(kLockSuffix); }

std::vector<std::string> TemporarySession::Abandoned(int temporary_fd) {
  std::vector<std::string> abandoned;
  for (const std::string& session : Sessions(temporary_fd)) {
    const ScopedFd lock(openat(temporary_fd, LockName(session).c_str(),
                               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    // A lock for no longer than the call: a cleaner that meets it leaves the session to the next.
    const bool held = lock.ok() && flock(lock.get(), LOCK_SH | LOCK_NB) != 0;
    if (!held) abandoned.push_back(session);
  }
  return abandoned;
}

void TemporarySession::RemoveAbandoned(int temporary_fd) {
  for (const std::string& session : Sessions(temporary_fd)) {
    // A directory whose lock file is missing gets one, so that two cleaners and the
    // end of a session exclude each other in every case.
    const ScopedFd lock = TryLock(temporary_fd, session, 0);
    if (!lock.ok()) continue;
    if (RemoveTree(temporary_fd, session) == 0) {
      unlinkat(temporary_fd, LockName(session).c_str(), 0);
    }
  }
}

}  // namespace cooper
