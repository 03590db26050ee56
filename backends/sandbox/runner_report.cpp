#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <utility>

#include "backends/sandbox/runner/protocol.h"
#include "backends/sandbox/runner_process.h"

namespace cooper {
namespace {

using runner::ReportTag;

// Fields ended by NUL; what is missing is empty.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}
  std::string Next() {
    const size_t end = bytes_.find('\0');
    std::string field(bytes_.substr(0, end));
    bytes_.remove_prefix(end == std::string_view::npos ? bytes_.size() : end + 1);
    return field;
  }
  int NextNumber() {
    const std::string text = Next();
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }

 private:
  std::string_view bytes_;
};

void Store(RunnerReport& report, ReportTag tag, Fields fields) {
  switch (tag) {
    case ReportTag::kFault: {
      RunnerFault fault;
      fault.step = fields.Next();
      fault.call = fields.Next();
      fault.target = fields.Next();
      fault.error_number = fields.NextNumber();
      report.fault = std::move(fault);
      break;
    }
    case ReportTag::kNote: {
      RunnerFault note;
      note.call = fields.Next();
      note.target = fields.Next();
      note.error_number = fields.NextNumber();
      report.notes.push_back(std::move(note));
      break;
    }
    case ReportTag::kStub:
      report.stubs.push_back(fields.Next());
      break;
    case ReportTag::kNotExecuted: {
      std::string program = fields.Next();
      report.not_executed = RunnerReport::NotExecuted{std::move(program), fields.NextNumber()};
      break;
    }
    case ReportTag::kStatus:
      report.exit_status = fields.NextNumber() & 0xff;
      break;
  }
}

}  // namespace

RunnerReport ParseRunnerReport(std::string_view bytes) {
  RunnerReport report;
  while (bytes.size() >= runner::kReportHeaderSize) {
    uint32_t size = 0;
    std::memcpy(&size, bytes.data() + 1, sizeof(size));
    if (size > bytes.size() - runner::kReportHeaderSize) break;
    Store(report, static_cast<ReportTag>(bytes[0]),
          Fields(bytes.substr(runner::kReportHeaderSize, size)));
    bytes.remove_prefix(runner::kReportHeaderSize + size);
  }
  return report;
}

std::string Describe(const RunnerFault& fault) {
  std::string action =
      fault.step.empty() ? fault.call : fmt::format("{}: {}", fault.step, fault.call);
  if (!fault.target.empty()) action += fmt::format(" `{}`", fault.target);
  return ErrnoError(DiagnosticKind::kSandbox, action, fault.error_number).message();
}

}  // namespace cooper
