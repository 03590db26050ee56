#include "cli/inputs/read_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "backends/filesystem/testing/temporary_directory.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;

class ReadContextTextTest : public ::testing::Test {
 protected:
  ReadContextTextTest() {
    std::filesystem::create_directories(root_ / "context/sub");
    std::ofstream(root_ / "secret") << "secret";
    std::ofstream(root_ / "context/sub/file") << "text";
    std::filesystem::create_symlink("sub/file", root_ / "context/inner");
    std::filesystem::create_symlink("../secret", root_ / "context/outer");
    std::filesystem::create_symlink("..", root_ / "context/up");
    std::filesystem::create_directory_symlink("context", root_ / "link");
  }

  // The text, or the message.
  std::string Read(const std::string& context, const std::string& name) {
    const std::string directory = root_ / context;
    Result<std::optional<std::string>> text =
        ReadContextText(directory, directory + "/" + name, "the Dockerfile", 100);
    if (!text.ok()) return text.error().message();
    return text->value_or("(none)");
  }

  TemporaryDirectory directory_;
  const std::filesystem::path root_ = directory_.path();
};

TEST_F(ReadContextTextTest, FollowsLinksInsideTheContext) {
  for (const char* context : {"context", "context/", "link", "context/../context/."}) {
    EXPECT_EQ(Read(context, "sub/file"), "text") << context;
    EXPECT_EQ(Read(context, "inner"), "text") << context;
    EXPECT_EQ(Read(context, "sub/../inner"), "text") << context;
    EXPECT_EQ(Read(context, "absent"), "(none)") << context;
  }
}

TEST_F(ReadContextTextTest, RefusesLinksOutOfTheContext) {
  for (const char* name : {"outer", "up/secret"}) {
    EXPECT_THAT(Read("context", name), HasSubstr("leads out of the context")) << name;
  }
}

TEST_F(ReadContextTextTest, ReadsAFileThatIsNamedOutsideTheContext) {
  EXPECT_EQ(Read("context", "../secret"), "secret");
}

}  // namespace
}  // namespace cooper
