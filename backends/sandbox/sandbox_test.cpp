#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

#include "backends/sandbox/testing/sandbox_fixture.h"

namespace cooper {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

TEST_F(SandboxTest, ReportsExitStatusAndSignalOfCommand) {
  EXPECT_EQ(Shell("exit 7").status(), 7);
  EXPECT_EQ(Shell("exit 0").status(), 0);
  EXPECT_EQ(Shell("sh -c 'kill -9 $$'; exit $?").status(), 128 + 9);
}

TEST_F(SandboxTest, PassesOutputAndErrorsApart) {
  const StepResult step = Shell("echo to-out; echo to-err >&2");
  EXPECT_EQ(step.out, "to-out\n");
  EXPECT_EQ(step.err, "to-err\n");
}

TEST_F(SandboxTest, KeepsAllOfALongOutput) {
  const StepResult step = Shell("head -c 3000000 /dev/zero");
  EXPECT_EQ(step.out.size(), 3000000u) << step.err;
}

TEST_F(SandboxTest, PutsWhatIsWrittenIntoUpperAndNothingElse) {
  const StepResult step = Shell("echo text > /new && chown 33:44 /new && rm /bin/true");
  ASSERT_EQ(step.status(), 0) << step.err;
  EXPECT_EQ(ReadTestFile(step.upper + "/new"), "text\n");
  struct stat status;
  ASSERT_EQ(stat((step.upper + "/new").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 33u);
  EXPECT_EQ(status.st_gid, 44u);
  ASSERT_EQ(lstat((step.upper + "/bin/true").c_str(), &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
  EXPECT_TRUE(std::filesystem::exists(*directory_ / "busybox/bin/true"));
}

TEST_F(SandboxTest, GivesExactlyTheEnvironmentOfTheStep) {
  setenv("COOPER_TEST_SECRET", "builder's", 1);
  RunRequest request = ShellStep("");
  request.args = {"env"};
  request.env = {"PATH=/bin", "A=b c"};
  EXPECT_EQ(Run(request).out, "PATH=/bin\nA=b c\n");
}

TEST_F(SandboxTest, StartsInWorkingDirectoryAndMakesAMissingOne) {
  RunRequest request = ShellStep("echo $PWD; stat -c %a .");
  request.cwd = "/srv/app";
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, "/srv/app\n755\n") << step.err;
  EXPECT_TRUE(std::filesystem::is_directory(step.upper + "/srv/app"));
}

TEST_F(SandboxTest, BecomesUserWithExactlyItsGroups) {
  RunRequest request = ShellStep("id -u; id -g; id -G; echo x > /dev/stdout");
  request.uid = 1000;
  request.gid = 1001;
  request.groups = {1001, 2000};
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, "1000\n1001\n1001 2000\nx\n") << step.err;
  EXPECT_EQ(Shell("id -G").out, "0\n");
}

TEST_F(SandboxTest, NamesHost) {
  RunRequest request = ShellStep("hostname; cat /etc/hosts");
  request.hostname = "cask";
  request.extra_hosts = {"db=10.1.2.3"};
  const StepResult step = Run(request);
  EXPECT_THAT(step.out, StartsWith("cask\n"));
  EXPECT_THAT(step.out, HasSubstr("10.1.2.3\tdb\n"));
}

TEST_F(SandboxTest, KillsWhatTheStepLeavesBehind) {
  const std::string time = LongSleep();
  const StepResult step = Shell("(sleep " + time + " &) ; echo $$");
  EXPECT_EQ(step.status(), 0) << step.err;
  EXPECT_LT(atoi(step.out.c_str()), 10);  // in a pid namespace of its own
  EXPECT_FALSE(IsRunning(time));
}

TEST_F(SandboxTest, StopKillsStep) {
  const std::string time = LongSleep();
  std::stop_source stop;
  std::jthread stopper([&stop] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  const StepResult step = Run(ShellStep("sleep " + time + " & sleep " + time), stop.get_token());
  // Far more than it takes on an idle machine, far less than the sleep.
  EXPECT_LT(std::chrono::steady_clock::now() - start, 60s);
  ASSERT_FALSE(step.outcome.ok());
  EXPECT_EQ(step.outcome.error().kind(), DiagnosticKind::kInterrupted);
  EXPECT_FALSE(IsRunning(time));
}

TEST_F(SandboxTest, DeathOfTheBuilderKillsTheStep) {
  const std::string time = LongSleep();
  const pid_t builder = fork();
  if (builder == 0) {
    Run(ShellStep("sleep " + time));
    _exit(0);
  }
  // Seen once is enough: a process that is just in execve shows no command line.
  EXPECT_TRUE(BecomesTrue([&] { return IsRunning(time); }));
  kill(builder, SIGKILL);
  waitpid(builder, nullptr, 0);
  EXPECT_TRUE(BecomesTrue([&] { return !IsRunning(time); }));
}

TEST_F(SandboxTest, RunsSixtyLayersWithLongNames) {
  RunRequest request = ShellStep("cat /layer0 /layer59; cat /top");
  for (int i = 0; i < 60; ++i) {
    const std::string layer = NewDirectory() + "/" + std::string(64, 'f');
    mkdir(layer.c_str(), 0755);
    WriteTestFile(layer + "/layer" + std::to_string(i), std::to_string(i) + "\n");
    WriteTestFile(layer + "/top", std::to_string(i) + "\n");
    LowerDirs(request).insert(LowerDirs(request).begin(), layer);
  }
  const StepResult step = Run(request);
  EXPECT_EQ(step.out, "0\n59\n59\n") << step.err;
}

TEST_F(SandboxTest, CommandThatIsMissingEndsWith127) {
  RunRequest request = ShellStep("");
  request.args = {"/bin/nothing"};
  const StepResult by_path = Run(request);
  EXPECT_EQ(by_path.status(), 127);
  EXPECT_THAT(by_path.err, HasSubstr("/bin/nothing: no such file in the image"));
  request.args = {"nothing"};
  const StepResult by_name = Run(request);
  EXPECT_EQ(by_name.status(), 127);
  EXPECT_THAT(by_name.err, HasSubstr("nothing: not found in PATH"));
  LowerDirs(request).clear();
  request.args = {"/bin/sh"};
  EXPECT_EQ(Run(request).status(), 127);
}

TEST_F(SandboxTest, CommandThatIsNoProgramEndsWith126) {
  RunRequest request = ShellStep("");
  const std::string layer = NewDirectory();
  WriteTestFile(layer + "/text", "no program");
  LowerDirs(request).insert(LowerDirs(request).begin(), layer);
  request.args = {"/text"};
  EXPECT_EQ(Run(request).status(), 126);
  chmod((layer + "/text").c_str(), 0755);
  const StepResult step = Run(request);
  EXPECT_EQ(step.status(), 126);
  EXPECT_THAT(step.err, HasSubstr("/text: not a program for this machine"));
}

TEST_F(SandboxTest, RunsStepsSideBySide) {
  std::vector<StepResult> steps(4);
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < steps.size(); ++i) {
      threads.emplace_back([&steps, i] {
        steps[i] = Shell("echo " + std::to_string(i) + " > /mine; cat /mine; ls -d /mine*");
      });
    }
  }
  for (size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(steps[i].out, std::to_string(i) + "\n/mine\n") << steps[i].err;
  }
}

}  // namespace
}  // namespace cooper
