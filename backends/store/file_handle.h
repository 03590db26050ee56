// A file descriptor that closes itself, and the system calls on it that the store
// and the exporters share.
//
// The functions return 0 or an errno value: their callers know what the file was
// for and word the error.

#ifndef COOPER_BACKENDS_STORE_FILE_HANDLE_H_
#define COOPER_BACKENDS_STORE_FILE_HANDLE_H_

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "ir/base/result.h"

namespace cooper {

class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept;
  ~FileHandle() { Close(); }

  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }
  void Close();

 private:
  int fd_ = -1;
};

// Writes all of `bytes`.
int WriteFully(int fd, std::string_view bytes);
// Reads until `buffer` is full or the file ends; `read` gets the count.
int ReadFully(int fd, std::span<char> buffer, size_t& read);
// fsync. After an error the data counts as lost: a second fsync may lie.
int SyncFile(int fd);
// 16 random hex digits, for names of temporary files.
std::string RandomName();

// "<action>: <errno text>", and what to do about it: "cannot write a blob to the
// store `/x`: no space left on device; free some space or choose another --store".
Error StoreError(std::string_view action, int error_number);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_FILE_HANDLE_H_
