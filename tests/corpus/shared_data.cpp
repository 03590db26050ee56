#include "tests/corpus/shared_data.h"

#include <llvm/Support/Error.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace cooper {

std::filesystem::path CorpusFolder() {
  const char* shared = std::getenv("COOPER_SHARED");
  const std::filesystem::path folder =
      shared != nullptr && *shared != '\0'
          ? std::filesystem::path(shared)
          : std::filesystem::path(COOPER_SOURCE_DIR).parent_path() / "shared";
  return folder / "corpus";
}

std::string ReadDataFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << "cannot read " << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

llvm::json::Value ReadJson(const std::filesystem::path& path) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(ReadDataFile(path));
  if (value) return std::move(*value);
  ADD_FAILURE() << path << ": " << llvm::toString(value.takeError());
  return llvm::json::Object();
}

std::vector<llvm::json::Value> ParseJsonLines(std::string_view text) {
  std::vector<llvm::json::Value> values;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    llvm::Expected<llvm::json::Value> value =
        llvm::json::parse(llvm::StringRef(line.data(), line.size()));
    if (value) {
      values.push_back(std::move(*value));
    } else {
      ADD_FAILURE() << llvm::toString(value.takeError());
    }
  }
  return values;
}

std::string StringOf(const llvm::json::Object& object, llvm::StringRef key) {
  const std::optional<llvm::StringRef> text = object.getString(key);
  return text ? text->str() : "";
}

bool BoolOf(const llvm::json::Object& object, llvm::StringRef key) {
  return object.getBoolean(key).value_or(false);
}

std::vector<std::string> StringsOf(const llvm::json::Array* array) {
  std::vector<std::string> strings;
  if (array == nullptr) return strings;
  for (const llvm::json::Value& value : *array) {
    strings.push_back(value.getAsString().value_or("").str());
  }
  return strings;
}

void CorpusSuite::SetUp() {
  if (std::filesystem::exists(CorpusFolder())) return;
  GTEST_SKIP() << "corpus skipped: there is no " << CorpusFolder()
               << "; set COOPER_SHARED to the folder that holds `corpus`";
}

}  // namespace cooper
