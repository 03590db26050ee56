// Real steps without namespaces, each in a directory of its own.

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <thread>

#include "backends/sandbox/testing/sandbox_fixture.h"

namespace cooper {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class BareSandboxTest : public SandboxTest {
 protected:
  void SetUp() override {
    if (directory_ == nullptr) GTEST_SKIP() << "needs /bin/busybox (package busybox-static)";
    const Result<Footing> footing = ChooseRung(Rung::kChroot, directory_->path());
    if (!footing.ok()) GTEST_SKIP() << footing.error().message();
    Result<std::unique_ptr<Sandbox>> opened = OpenSandbox(Rung::kChroot, *directory_ / "state");
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    bare_ = std::move(opened).value();
    root_ = NewDirectory();
    MakeBusyboxRoot(root_);
  }

  StepResult Bare(RunRequest request, std::stop_token stop = {}) {
    request.root = PlainRoot{root_};
    CollectedLog log;
    StepResult result;
    result.outcome = bare_->Run(request, log, stop);
    if (!result.outcome.ok()) result.err = result.outcome.error().message() + "\n";
    result.out += log.out;
    result.err += log.err;
    return result;
  }
  StepResult Bare(const std::string& script) { return Bare(ShellStep(script)); }

  std::unique_ptr<Sandbox> bare_;
  std::string root_;
};

TEST_F(BareSandboxTest, RunsInItsDirectory) {
  EXPECT_EQ(bare_->root_form(), RootForm::kPlain);
  EXPECT_FALSE(bare_->has_mounts());
  const StepResult step = Bare("mkdir /made && chown 12:34 /made && stat -c %u:%g /made && ls /");
  EXPECT_EQ(step.out, "12:34\nbin\ndev\nmade\n") << step.err;
  struct stat status;
  EXPECT_EQ(stat((root_ + "/made").c_str(), &status), 0);
}

TEST_F(BareSandboxTest, LendsDevicesAndNamesThemAsStubs) {
  const StepResult step = Bare("echo x > /dev/null && head -c 2 /dev/zero | wc -c");
  EXPECT_EQ(step.out, "2\n") << step.err;
  ASSERT_TRUE(step.outcome.ok());
  EXPECT_THAT(step.outcome->stub_paths,
              UnorderedElementsAre("dev", "dev/full", "dev/null", "dev/random", "dev/tty",
                                   "dev/urandom", "dev/zero"));
}

TEST_F(BareSandboxTest, NothingOutlivesTheStep) {
  const std::string time = LongSleep();
  const StepResult step =
      Bare("busybox setsid sleep " + time + " & (sleep " + time + " &) ; sleep 0.1; exit 3");
  EXPECT_EQ(step.status(), 3) << step.err;
  EXPECT_FALSE(IsRunning(time));
}

TEST_F(BareSandboxTest, ProcessesThatForkAllTheTimeEnd) {
  const std::string time = LongSleep();
  const StepResult step = Bare("busybox sh -c 'while true; do busybox setsid sleep " + time +
                               " & sleep 0.001; done' &"
                               " sleep 0.3; exit 0");
  EXPECT_EQ(step.status(), 0) << step.err;
  EXPECT_FALSE(IsRunning(time));
}

TEST_F(BareSandboxTest, StopEndsTheStepAtOnce) {
  const std::string time = LongSleep();
  std::stop_source source;
  std::jthread stopper([&] {
    BecomesTrue([&] { return IsRunning(time); });
    source.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  const StepResult step =
      Bare(ShellStep("busybox setsid sleep " + time + "; sleep " + time), source.get_token());
  stopper.join();
  ASSERT_FALSE(step.outcome.ok());
  EXPECT_EQ(step.outcome.error().kind(), DiagnosticKind::kInterrupted);
  EXPECT_FALSE(IsRunning(time));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST_F(BareSandboxTest, CannotLeaveItsDirectory) {
  EXPECT_THAT(Bare("busybox chroot / true").err, HasSubstr("not permitted"));
  EXPECT_NE(Bare("busybox mount -t tmpfs none /bin").status(), 0);
}

TEST_F(BareSandboxTest, RefusesWhatTakesNamespaces) {
  RunRequest request = ShellStep("true");
  request.network = NetworkMode::kNone;
  EXPECT_THAT(Bare(request).err, HasSubstr("--network=none"));
}

TEST_F(BareSandboxTest, MakesTheWorkingDirectoryWhichIsNoStub) {
  RunRequest request = ShellStep("echo here > file");
  request.cwd = "/new/place";
  const StepResult step = Bare(request);
  EXPECT_EQ(step.status(), 0) << step.err;
  EXPECT_EQ(ReadTestFile(root_ + "/new/place/file"), "here\n");
  ASSERT_TRUE(step.outcome.ok());
  EXPECT_THAT(step.outcome->stub_paths, testing::Not(Contains("new")));
}

}  // namespace
}  // namespace cooper
