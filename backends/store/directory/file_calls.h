// The system calls on files that the store and the exporters share.
//
// The functions return 0 or an errno value: their callers know what the file was
// for and word the error.

#ifndef COOPER_BACKENDS_STORE_DIRECTORY_FILE_CALLS_H_
#define COOPER_BACKENDS_STORE_DIRECTORY_FILE_CALLS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/disk/scoped_fd.h"
#include "ir/base/result.h"

namespace cooper {

// Writes all of `bytes`.
int WriteFully(int fd, std::string_view bytes);
// Reads until `buffer` is full or the file ends; `read` gets the count.
int ReadFully(int fd, std::span<char> buffer, size_t& read);
// fsync. After an error the data counts as lost: a second fsync may lie.
int SyncFile(int fd);
// The names in a directory, sorted, without `.` and `..`. Those read before an error are
// there.
int ListNames(int directory_fd, std::vector<std::string>& names);
// 16 random hex digits, for names of temporary files.
std::string RandomName();

// "<action>: <errno text>", and what to do about it: "cannot write a blob to the
// store `/x`: no space left on device; free some space or choose another --store".
Error StoreError(std::string_view action, int error_number);

}  // namespace cooper

#endif  // COOPER_BACKENDS_STORE_DIRECTORY_FILE_CALLS_H_
