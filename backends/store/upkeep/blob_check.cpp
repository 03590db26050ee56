#include "backends/store/upkeep/blob_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "backends/store/directory/file_calls.h"
#include "ir/base/sha256.h"

namespace cooper {
namespace {

constexpr unsigned kMaxThreads = 8;
constexpr size_t kBufferBytes = 256 << 10;
constexpr std::chrono::seconds kProgressEvery{1};

struct Blob {
  std::string name;
  uint64_t size_bytes = 0;
};

class Hasher {
 public:
  Hasher(int directory_fd, std::vector<Blob> blobs, const std::stop_token& stop)
      : directory_fd_(directory_fd), blobs_(std::move(blobs)), stop_(stop) {
    progress_.all_blobs = blobs_.size();
    for (const Blob& blob : blobs_) progress_.all_bytes += blob.size_bytes;
  }

  void Run(unsigned threads, const std::function<void(const CheckStoreProgress&)>& tell) {
    std::vector<std::jthread> helpers;
    try {
      for (unsigned i = 0; i < threads; ++i) helpers.emplace_back([this] { Work(); });
    } catch (const std::system_error&) {
      // Where no more threads may be had, fewer do as well: in the end this one.
      if (helpers.empty()) Work();
    }
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, kProgressEvery, [&] { return running_ == 0 && started_; })) {
      const CheckStoreProgress now = progress_;
      lock.unlock();
      if (tell) tell(now);
      lock.lock();
    }
  }

  BlobCheck Take() {
    std::sort(bad_.begin(), bad_.end(),
              [](const BadBlob& a, const BadBlob& b) { return a.name < b.name; });
    return {std::move(bad_), progress_.blobs, progress_.bytes};
  }

 private:
  void Work() {
    {
      const std::lock_guard lock(mutex_);
      ++running_;
      started_ = true;
    }
    std::vector<char> buffer(kBufferBytes);
    for (size_t i = next_++; i < blobs_.size() && !stop_.stop_requested(); i = next_++) {
      std::optional<std::string> fault = Fault(blobs_[i].name, buffer);
      const std::lock_guard lock(mutex_);
      ++progress_.blobs;
      if (fault) bad_.push_back({blobs_[i].name, *std::move(fault)});
    }
    const std::lock_guard lock(mutex_);
    --running_;
    ended_.notify_all();
  }

  std::optional<std::string> Fault(const std::string& name, std::vector<char>& buffer) {
    const std::optional<Digest> digest = Digest::FromHex(name);
    if (!digest) return "the name is not a sha256 in hex";
    const ScopedFd file(
        openat(directory_fd_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status{};
    if (!file.ok() && errno == ENOENT) return std::nullopt;
    if (!file.ok() || fstat(file.get(), &status) != 0) {
      return ErrnoError(DiagnosticKind::kStore, "it cannot be opened", errno).message();
    }
    if (!S_ISREG(status.st_mode)) return "it is not a regular file";
    Sha256 hash;
    while (!stop_.stop_requested()) {
      size_t count = 0;
      if (const int error = ReadFully(file.get(), buffer, count); error != 0) {
        return ErrnoError(DiagnosticKind::kStore, "it cannot be read", error).message();
      }
      if (count == 0) break;
      hash.Update({buffer.data(), count});
      const std::lock_guard lock(mutex_);
      progress_.bytes += count;
    }
    if (stop_.stop_requested()) return std::nullopt;
    if (const Digest found = hash.Finish(); found != *digest) {
      return fmt::format("its bytes have the digest `{}`", found.Hex());
    }
    return std::nullopt;
  }

  const int directory_fd_;
  const std::vector<Blob> blobs_;
  const std::stop_token stop_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  std::condition_variable ended_;
  unsigned running_ = 0;
  bool started_ = false;
  CheckStoreProgress progress_;
  std::vector<BadBlob> bad_;
};

}  // namespace

Result<BlobCheck> CheckBlobs(const StoreDirectory& directory, const CheckStoreOptions& options,
                             const std::stop_token& stop) {
  if (!directory.blobs.ok()) return BlobCheck{};
  std::vector<std::string> names;
  if (const int error = ListNames(directory.blobs.get(), names); error != 0) {
    return StoreError(fmt::format("cannot list the blobs of the store `{}`", directory.path),
                      error);
  }
  if (names.empty()) return BlobCheck{};
  std::vector<Blob> blobs;
  for (std::string& name : names) {
    struct stat status{};
    fstatat(directory.blobs.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW);
    blobs.push_back({std::move(name), static_cast<uint64_t>(status.st_size)});
  }
  // The largest first, so that no thread is left alone with one at the end.
  std::stable_sort(blobs.begin(), blobs.end(),
                   [](const Blob& a, const Blob& b) { return a.size_bytes > b.size_bytes; });
  const unsigned threads = options.threads > 0
                               ? options.threads
                               : std::clamp(std::thread::hardware_concurrency(), 1u, kMaxThreads);
  Hasher hasher(directory.blobs.get(), std::move(blobs), stop);
  hasher.Run(threads, options.progress);
  return hasher.Take();
}

}  // namespace cooper
