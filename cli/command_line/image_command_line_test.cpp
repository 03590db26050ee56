#include "cli/command_line/image_command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cooper {
namespace {

using testing::HasSubstr;

ImageName Name(const std::string& text) {
  const auto name = ParseImageName(text);
  EXPECT_TRUE(name.ok()) << text;
  return name.ok() ? *name : ImageName();
}

TEST(ImageCommandLine, NamesPlacesAndTags) {
  EXPECT_EQ(Name("oci-layout://a/b:v1").place, "a/b");
  EXPECT_EQ(Name("oci-layout://a/b:v1").tag, "v1");
  EXPECT_EQ(Name("oci-layout:///x").place, "/x");
  EXPECT_EQ(Name("oci-layout:///x:y/z").tag, "");
  const std::string digest = "sha256:" + std::string(64, 'a');
  EXPECT_EQ(Name("oci-layout://a@" + digest).place, "a");
  EXPECT_EQ(Name("oci-layout://a@" + digest).tag, digest);
  EXPECT_EQ(Name("oci-archive:/x.tar:1").kind, ImageName::Kind::kOciArchive);
  EXPECT_EQ(Name("docker-archive:x.tar").place, "x.tar");
  EXPECT_EQ(Name("alpine:3.20").kind, ImageName::Kind::kRegistry);
  EXPECT_EQ(Name("docker-image://alpine:3.20").place, "alpine:3.20");
}

TEST(ImageCommandLine, RefusesWhatIsNoImage) {
  for (const char* text : {"oci-layout://", "ftp://x", "oci-archive:"}) {
    EXPECT_FALSE(ParseImageName(text).ok()) << text;
  }
}

TEST(ImageCommandLine, ReadsLimits) {
  const auto command =
      ParseImageCommandLine({"unpack", "--max-layer-size", "1g", "--max-layer-entries", "5",
                             "--max-unpack-memory", "2m", "oci-layout://a", "out"});
  ASSERT_TRUE(command.ok()) << command.error().message();
  const auto& options = std::get<ImageUnpackOptions>(*command);
  EXPECT_EQ(options.input.unpack.limits.expanded_bytes, uint64_t{1} << 30);
  EXPECT_EQ(options.input.unpack.limits.entries, 5U);
  EXPECT_EQ(options.input.unpack.memory_bytes, uint64_t{2} << 20);
  EXPECT_EQ(options.directory, "out");
}

TEST(ImageCommandLine, NeedsItsOperands) {
  const auto command = ParseImageCommandLine({"unpack", "oci-layout://a"});
  ASSERT_FALSE(command.ok());
  EXPECT_THAT(command.error().message(), HasSubstr("DIRECTORY"));
}

}  // namespace
}  // namespace cooper
