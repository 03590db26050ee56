#include "backends/sandbox/runner/report.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backends/sandbox/runner/protocol.h"

namespace cooper::runner {
namespace {

// Longest field; a path of the kernel is shorter.
constexpr size_t kFieldLimit = 4096;

void Send(ReportTag tag, const char* const* fields, size_t count) {
  char message[kReportHeaderSize + 4 * (kFieldLimit + 1)];
  size_t end = kReportHeaderSize;
  for (size_t i = 0; i < count; ++i) {
    const size_t size = strnlen(fields[i], kFieldLimit);
    memcpy(message + end, fields[i], size);
    end += size;
    message[end++] = '\0';
  }
  message[0] = static_cast<char>(tag);
  const uint32_t size = static_cast<uint32_t>(end - kReportHeaderSize);
  memcpy(message + 1, &size, sizeof(size));
  for (size_t at = 0; at < end;) {
    const ssize_t written = write(kReportFd, message + at, end - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // cooper is gone, and so will this process be
    at += static_cast<size_t>(written);
  }
}

struct NumberText {
  explicit NumberText(int number) { snprintf(text, sizeof(text), "%d", number); }
  char text[16];
};

}  // namespace

void Fail(const char* step, const char* call, const char* target) {
  const NumberText number(errno);
  const char* const fields[] = {step, call, target, number.text};
  Send(ReportTag::kFault, fields, 4);
  _exit(125);
}

void ReportNote(const char* call, const char* target) {
  const NumberText number(errno);
  const char* const fields[] = {call, target, number.text};
  Send(ReportTag::kNote, fields, 3);
}

void ReportStub(const char* path) { Send(ReportTag::kStub, &path, 1); }

void ReportStatus(int exit_status) {
  const NumberText number(exit_status);
  const char* const fields[] = {number.text};
  Send(ReportTag::kStatus, fields, 1);
}

void ReportNotExecuted(const char* program) {
  const NumberText number(errno);
  const char* const fields[] = {program, number.text};
  Send(ReportTag::kNotExecuted, fields, 2);
}

}  // namespace cooper::runner
