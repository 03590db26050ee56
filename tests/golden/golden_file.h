// The file format of golden tests.
//
//   One sentence that says what the file shows.
//   command: compile --emit=plan Dockerfile
//
//   --- input Dockerfile
//   FROM scratch
//   --- output
//   ...
//   --- diagnostics
//   ...
//   --- exit 1
//
// A section ends where the next begins. What is absent is empty, and exit is 0.

#ifndef COOPER_TESTS_GOLDEN_GOLDEN_FILE_H_
#define COOPER_TESTS_GOLDEN_GOLDEN_FILE_H_

#include <string>
#include <utility>
#include <vector>

namespace cooper {

struct GoldenFile {
  std::string sentence;
  std::vector<std::string> command;                         // words, without "cooper"
  std::vector<std::pair<std::string, std::string>> inputs;  // name, text
  std::string output;
  std::string diagnostics;
  int exit_code = 0;
};

// False, with a reason, when the text is not of the format.
bool ParseGolden(const std::string& text, GoldenFile& golden, std::string& reason);
std::string PrintGolden(const GoldenFile& golden);

}  // namespace cooper

#endif  // COOPER_TESTS_GOLDEN_GOLDEN_FILE_H_
