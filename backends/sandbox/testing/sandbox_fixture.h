// A sandbox over a root of busybox, for the tests that run real steps.

#ifndef COOPER_BACKENDS_SANDBOX_TESTING_SANDBOX_FIXTURE_H_
#define COOPER_BACKENDS_SANDBOX_TESTING_SANDBOX_FIXTURE_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "backends/sandbox/ladder/capabilities.h"
#include "backends/sandbox/ladder/ladder.h"
#include "backends/sandbox/ladder/user_namespace.h"
#include "backends/sandbox/sandbox.h"
#include "backends/store/testing/test_directory.h"

namespace cooper {

// Set to the rung to enter by user_namespace_test.cpp, which starts this program again.
inline constexpr const char* kModeVariable = "COOPER_SANDBOX_TEST_MODE";

class CollectedLog : public LogSink {
 public:
  void Write(int stream, std::string_view bytes) override { (stream == 1 ? out : err) += bytes; }
  std::string out;
  std::string err;
};

struct StepResult {
  Result<RunOutcome> outcome = RunOutcome();
  std::string out;
  std::string err;
  std::string upper;

  int status() const { return outcome.ok() ? outcome->exit_status : -1; }
};

class SandboxTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("COOPER_RUNNER", COOPER_TEST_RUNNER, 1);
    static const bool entered = EnterIfAsked();
    ASSERT_TRUE(entered);
    const char* const mode = getenv(kModeVariable);
    const Rung rung = mode == nullptr ? Rung::kNs : *ParseRung(mode).value();
    if (access("/bin/busybox", X_OK) != 0) return;
    directory_ = std::make_unique<TestDirectory>();
    mkdir((*directory_ / "state").c_str(), 0700);
    MakeBusyboxRoot(*directory_ / "busybox");
    Result<std::unique_ptr<Sandbox>> opened = OpenSandbox(rung, *directory_ / "state");
    if (opened.ok()) {
      sandbox_ = std::move(opened).value();
    } else {
      why_not_ = opened.error().message();
    }
  }
  static void TearDownTestSuite() {
    sandbox_.reset();
    directory_.reset();
  }
  void SetUp() override {
    if (directory_ == nullptr) GTEST_SKIP() << "needs /bin/busybox (package busybox-static)";
    if (sandbox_ != nullptr) return;
    const bool must_work = geteuid() == 0 && HasCapability(CAP_SYS_ADMIN);
    ASSERT_FALSE(must_work) << why_not_;
    GTEST_SKIP() << "needs root with CAP_SYS_ADMIN: " << why_not_;
  }

  static bool EnterIfAsked() {
    const char* const mode = getenv(kModeVariable);
    if (mode == nullptr) return true;
    const Status status = StepOnto(*ParseRung(mode).value());
    if (!status.ok()) ADD_FAILURE() << status.error().message();
    return status.ok();
  }

  static void MakeBusyboxRoot(const std::string& root) {
    std::filesystem::create_directories(root + "/bin");
    std::filesystem::copy_file("/bin/busybox", root + "/bin/busybox");
    for (const char* applet :
         {"sh",    "ls",    "cat",  "id",   "grep",  "sleep",  "hostname", "touch", "env",
          "rm",    "mkdir", "true", "head", "wc",    "stat",   "chown",    "kill",  "chgrp",
          "chmod", "ln",    "mv",   "cp",   "mknod", "mkfifo", "su",       "seq",   "cut"}) {
      std::filesystem::create_symlink("busybox", root + "/bin/" + applet);
    }
  }

  // A new directory for a layer of its own or for the host side of a mount.
  static std::string NewDirectory() {
    const std::string path = *directory_ / ("d" + std::to_string(++directories_));
    mkdir(path.c_str(), 0755);
    return path;
  }

  static std::vector<std::string>& LowerDirs(RunRequest& request) {
    return std::get<OverlayRoot>(request.root).lower_dirs;
  }

  static RunRequest ShellStep(const std::string& script) {
    RunRequest request;
    LowerDirs(request) = {*directory_ / "busybox"};
    request.args = {"/bin/sh", "-c", script};
    request.env = {"PATH=/bin"};
    return request;
  }

  static StepResult Run(RunRequest request, std::stop_token stop = {}) {
    OverlayRoot& root = std::get<OverlayRoot>(request.root);
    root.upper_dir = NewDirectory();
    root.work_dir = NewDirectory();
    CollectedLog log;
    StepResult result;
    result.outcome = sandbox_->Run(request, log, stop);
    if (!result.outcome.ok()) result.err = result.outcome.error().message() + "\n";
    result.out += log.out;
    result.err += log.err;
    result.upper = root.upper_dir;
    return result;
  }

  static StepResult Shell(const std::string& script) { return Run(ShellStep(script)); }

  // A time to sleep that no other process of the machine has in its command line,
  // such as the same test in another run.
  static std::string LongSleep() {
    static std::atomic<int> count = 0;
    return std::to_string(1'000'000 + getpid()) + "." + std::to_string(++count);
  }

  // Whether a process anywhere on the machine has `text` in its command line.
  static bool IsRunning(const std::string& text) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string command = ReadTestFile(entry.path().string() + "/cmdline");
      if (command.find(text) != std::string::npos) return true;
    }
    return false;
  }

  // Within half a minute.
  static bool BecomesTrue(const std::function<bool()>& condition) {
    for (int i = 0; i < 3000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  static inline std::unique_ptr<TestDirectory> directory_;
  static inline std::unique_ptr<Sandbox> sandbox_;
  static inline std::string why_not_;
  static inline std::atomic<int> directories_ = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_SANDBOX_TESTING_SANDBOX_FIXTURE_H_
