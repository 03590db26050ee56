// A file that is complete or not there: written without a name in the directory of
// its place (O_TMPFILE), synced, and given its name by Commit, so that nothing stays
// of a process that is killed. Where the file system has no such files it is written
// under a temporary name, which a killed process leaves. One thread at a time.

#ifndef COOPER_BACKENDS_EXPORT_OUTPUT_FILE_H_
#define COOPER_BACKENDS_EXPORT_OUTPUT_FILE_H_

#include <memory>
#include <string>
#include <string_view>

#include "backends/store/directory/file_calls.h"
#include "ir/base/result.h"

namespace cooper {

// "<action>: <errno text>" of the kind kOutput, with what to do for a full disk.
Error OutputError(std::string_view action, int error_number);

// ".<name>.<random>.part": the name of something that is being written for `name`.
std::string PartName(std::string_view name);

class OutputFile {
 public:
  // `destination` is a path, or "-" for standard output. Devices and pipes are
  // written directly; a link is followed. kOutput, also for a missing directory.
  static Result<std::unique_ptr<OutputFile>> Open(const std::string& destination);
  // The same for `name` in a directory that is open; `shown` stands in messages.
  static Result<std::unique_ptr<OutputFile>> OpenAt(ScopedFd directory, std::string name,
                                                    std::string shown);
  // What OpenAt does where the file system has no files without a name.
  static Result<std::unique_ptr<OutputFile>> OpenNamed(ScopedFd directory, std::string name,
                                                       std::string shown);
  // Whether Open would work now, found by doing it where that leaves no trace.
  static Status Check(const std::string& destination);
  // Without Commit nothing stays.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  Status Write(std::string_view bytes);
  Status Commit();

 private:
  OutputFile(std::string shown, ScopedFd file) : shown_(std::move(shown)), file_(std::move(file)) {}
  std::string Action() const;
  // Gives the file its name; an errno value.
  int Place();

  std::string shown_;
  ScopedFd file_;
  // Empty names: the file is written directly.
  ScopedFd directory_;
  std::string name_;
  std::string part_;  // also empty as long as the file has no name
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_OUTPUT_FILE_H_
