// Reports to cooper. Every function may be called from any of the helper's
// processes that still has kReportFd.

#ifndef COOPER_BACKENDS_SANDBOX_RUNNER_REPORT_H_
#define COOPER_BACKENDS_SANDBOX_RUNNER_REPORT_H_

namespace cooper::runner {

// Reports that `call` on `target` failed with errno during `step`, and exits.
[[noreturn]] void Fail(const char* step, const char* call, const char* target);
// Reports that `call` on `target` failed with errno and the step goes on without.
void ReportNote(const char* call, const char* target);
void ReportStub(const char* path);
void ReportStatus(int exit_status);
// Reports that `program` could not be started because of errno.
void ReportNotExecuted(const char* program);

}  // namespace cooper::runner

#endif  // COOPER_BACKENDS_SANDBOX_RUNNER_REPORT_H_
