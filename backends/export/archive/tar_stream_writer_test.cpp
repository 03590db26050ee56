#include "backends/export/archive/tar_stream_writer.h"

#include "backends/export/testing/export_fixture.h"

namespace cooper {
namespace {

class TarStreamWriterTest : public testing::Test {
 protected:
  std::string bytes_;
  TarStreamWriter tar_{[this](std::string_view piece) {
    bytes_ += piece;
    return Ok();
  }};
};

TEST_F(TarStreamWriterTest, FilesAndDirectoriesHaveFixedMetadata) {
  ASSERT_TRUE(tar_.AddDirectory("a/").ok());
  ASSERT_TRUE(tar_.AddFile("a/b", std::string(513, 'x')).ok());
  ASSERT_TRUE(tar_.AddFile("empty", "").ok());
  ASSERT_TRUE(tar_.Finish().ok());
  const ReadTar tar(bytes_);
  EXPECT_EQ(tar.names, (std::vector<std::string>{"a/", "a/b", "empty"}));
  EXPECT_EQ(tar.files.at("a/").type, '5');
  EXPECT_EQ(tar.files.at("a/").mode, 0755u);
  EXPECT_EQ(tar.files.at("a/b").type, '0');
  EXPECT_EQ(tar.files.at("a/b").mode, 0644u);
  EXPECT_EQ(tar.files.at("a/b").mtime, 0u);
  EXPECT_EQ(tar.files.at("a/b").uid, 0u);
  EXPECT_EQ(tar.files.at("a/b").content, std::string(513, 'x'));
  EXPECT_EQ(tar.files.at("empty").content, "");
}

TEST_F(TarStreamWriterTest, SizesBeyondElevenOctalDigitsTakeAPaxRecord) {
  constexpr uint64_t kSize = 077777777777 + 1ull;  // 8 GiB
  // The content is not sent, so the call fails, after the headers.
  EXPECT_FALSE(tar_.AddFile("large", kSize, [](const BytesOutput&) { return Ok(); }).ok());
  ASSERT_EQ(bytes_.size(), 3 * 512u);
  EXPECT_EQ(bytes_[156], 'x');
  EXPECT_EQ(bytes_.substr(512, 20), std::string("19 size=8589934592\n\0", 20));
  EXPECT_EQ(bytes_.substr(1024, 6), std::string("large\0", 6));
  EXPECT_EQ(bytes_.substr(1024 + 124, 12), std::string("00000000000\0", 12));
}

TEST_F(TarStreamWriterTest, LargestOctalSizeNeedsNone) {
  EXPECT_FALSE(tar_.AddFile("x", 077777777777, [](const BytesOutput&) { return Ok(); }).ok());
  EXPECT_EQ(bytes_.size(), 512u);
  EXPECT_EQ(bytes_.substr(124, 12), std::string("77777777777\0", 12));
}

TEST_F(TarStreamWriterTest, WrongSizesAndLongNamesAreOurOwnFault) {
  const auto send = [](const BytesOutput& output) { return output("xy"); };
  EXPECT_EQ(tar_.AddFile("x", 3, send).error().kind(), DiagnosticKind::kInternal);
  EXPECT_EQ(tar_.AddFile(std::string(101, 'n'), "").error().kind(), DiagnosticKind::kInternal);
}

}  // namespace
}  // namespace cooper
