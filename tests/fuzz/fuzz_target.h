// What every fuzz target defines, and how it says that an input broke a promise.

#ifndef COOPER_TESTS_FUZZ_FUZZ_TARGET_H_
#define COOPER_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// Judges one input; returns 0. libFuzzer calls it, and corpus_main.cpp where there
// is no libFuzzer.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace cooper {

// Aborts, which the fuzzer reports as a crash, and shows `detail` (borrowed).
inline void Require(bool holds, const char* promise, std::string_view detail = {}) {
  if (holds) return;
  const std::string shown(detail.substr(0, 4096));
  std::fprintf(stderr, "broken promise: %s\n%s\n", promise, shown.c_str());
  std::abort();
}

inline std::string_view InputText(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Takes the text up to a newline, and the newline, from the front of `text`.
inline std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace cooper

#endif  // COOPER_TESTS_FUZZ_FUZZ_TARGET_H_
