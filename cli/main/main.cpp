// The program: hands the process's arguments, streams and signals to RunCli. It is also the
// program that unpacks layers, when it is started by itself as that.

#include <sys/resource.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "backends/unpack/unpack_process.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "ir/base/diagnostic_kind.h"

int main(int argc, char** argv) {
  if (argc > 0 && argv[0] == cooper::kUnpackProgramName) return cooper::RunUnpackChild();
  std::ios::sync_with_stdio(false);
  // Secrets and credentials are in memory: a crash must not write them to disk. What is
  // started from here inherits it.
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  cooper::Interrupt interrupt;
  cooper::CliEnvironment environment{
      .out = std::cout,
      .err = std::cerr,
      .variable = [](const std::string& name) -> std::optional<std::string> {
        const char* const value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
      },
      .interrupted = interrupt.token(),
      .single_threaded_part_is_over = [&interrupt] { interrupt.Watch(); },
      .program = "/proc/self/exe"};
  int code = cooper::RunCli(std::vector<std::string>(argv, argv + argc), environment);
  // As shells say it of a process that the signal ended.
  if (code == cooper::ExitCodeFor(cooper::DiagnosticKind::kInterrupted))
    code = 128 + interrupt.signal_number();
  if (!std::cout.flush()) {
    std::cerr << "error: cannot write to standard output [output]\n";
    return code == 0 ? 3 : code;
  }
  return code;
}
