// Why something failed, in the form in which it will be shown.
//
// An Error travels up through Result<T>. Faults of the user's text are found
// many at a time and go to a DiagnosticEngine instead; both are shown alike.

#ifndef COOPER_IR_BASE_ERROR_H_
#define COOPER_IR_BASE_ERROR_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/base/diagnostic_kind.h"
#include "ir/base/source_range.h"

namespace cooper {

class [[nodiscard]] Error {
 public:
  // `message` is lower case, without a full stop, says what was seen and, after
  // a semicolon, what to do. Text from outside in it need not be escaped: the
  // printer does that.
  Error(DiagnosticKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  DiagnosticKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::optional<SourceRange>& range() const { return range_; }
  const std::vector<std::string>& details() const { return details_; }

  // The innermost caller that knows a place wins; later calls change nothing.
  Error& At(SourceRange range) {
    if (!range_) range_ = range;
    return *this;
  }
  // Lines shown below the message, such as the end of a step's log.
  Error& Detail(std::string line) {
    details_.push_back(std::move(line));
    return *this;
  }
  // Puts "<context>: " in front of the message.
  Error& Within(std::string_view context) {
    message_.insert(0, std::string(context) + ": ");
    return *this;
  }

  // Puts "; <what to do>" behind the message.
  Error& Advise(std::string_view what_to_do) {
    message_ += "; " + std::string(what_to_do);
    return *this;
  }

  // The exit status of a command that a RUN step started, when that is what failed.
  std::optional<int> command_status() const { return command_status_; }
  Error& CommandStatus(int status) {
    command_status_ = status;
    return *this;
  }

 private:
  DiagnosticKind kind_;
  std::string message_;
  std::optional<SourceRange> range_;
  std::vector<std::string> details_;
  std::optional<int> command_status_;
};

// Whether this errno speaks of the machine, whatever was asked of it: exhausted descriptors
// or memory, a disk that is full, failing or read-only.
bool IsFaultOfEnvironment(int error_number);

// An Error whose message ends with the text of `error_number` (errno), such as
// "cannot open `/x`: no such file or directory", and with a hint where one holds everywhere.
// `kind` is that of the faults it may be; where it blames the input and the errno the
// machine, it is kEnvironment instead.
Error ErrnoError(DiagnosticKind kind, std::string_view action, int error_number);

}  // namespace cooper

#endif  // COOPER_IR_BASE_ERROR_H_
