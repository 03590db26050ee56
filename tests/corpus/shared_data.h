// The shared test data that is no part of the repository.
//
// It lies in the folder that the environment variable COOPER_SHARED names, else in
// `shared` beside the checkout.

#ifndef COOPER_TESTS_CORPUS_SHARED_DATA_H_
#define COOPER_TESTS_CORPUS_SHARED_DATA_H_

#include <gtest/gtest.h>
#include <llvm/Support/JSON.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cooper {

// The folder `corpus` of the shared data, which need not exist.
std::filesystem::path CorpusFolder();

// Whole content; a file that cannot be read fails the test and is empty.
std::string ReadDataFile(const std::filesystem::path& path);
// One file of JSON, and one of a JSON object a line.
llvm::json::Value ReadJson(const std::filesystem::path& path);
std::vector<llvm::json::Value> ParseJsonLines(std::string_view text);

// The string `key` of `object`, empty when it is absent or null.
std::string StringOf(const llvm::json::Object& object, llvm::StringRef key);
bool BoolOf(const llvm::json::Object& object, llvm::StringRef key);
std::vector<std::string> StringsOf(const llvm::json::Array* array);

// A suite whose tests need the corpus.
class CorpusSuite : public ::testing::Test {
 protected:
  void SetUp() override;
};

}  // namespace cooper

#endif  // COOPER_TESTS_CORPUS_SHARED_DATA_H_
