// A store with a small image of two layers, for the tests of the exporters.

#ifndef COOPER_BACKENDS_EXPORT_TESTING_EXPORT_FIXTURE_H_
#define COOPER_BACKENDS_EXPORT_TESTING_EXPORT_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/export/built_image.h"
#include "backends/store/store.h"
#include "backends/store/testing/test_directory.h"
#include "ir/image/reference.h"

namespace cooper {

class ExportFixture : public testing::Test {
 protected:
  void SetUp() override;

  // Overwrites the bytes of a stored blob.
  void DamageLayer(size_t number, std::string_view bytes);
  static Reference Name(std::string_view text);

  TestDirectory directory_;
  std::unique_ptr<Store> store_;
  std::vector<std::string> layer_bytes_;
  BuiltImage image_;
};

struct TarFile {
  std::string content;
  uint32_t mode = 0;
  uint64_t mtime = 0;
  uint64_t uid = 0;
  char type = 0;
};

// A reader of its own for what the writer under test wrote: names in order, and
// what is there. Checks header sums and the end of the archive.
struct ReadTar {
  explicit ReadTar(std::string_view archive);
  std::vector<std::string> names;
  std::map<std::string, TarFile> files;
};

// The tool's output, and its exit status. Nothing when it is not installed.
struct ToolResult {
  int status = 0;
  std::string output;
};
std::optional<ToolResult> RunTool(const std::string& program, const std::string& arguments);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_TESTING_EXPORT_FIXTURE_H_
