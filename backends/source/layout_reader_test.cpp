#include "backends/source/layout_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "backends/source/testing/layout_fixture.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;

const Platform kAmd64{.os = "linux", .architecture = "amd64", .variant = ""};

std::string OpenFault(const LayoutFixture& layout) {
  const auto reader = LayoutReader::Open(layout.path());
  EXPECT_FALSE(reader.ok());
  return reader.ok() ? "" : reader.error().message();
}

// What Read and Stream say about a blob; they must agree on whether it is sound.
std::string BlobFault(const LayoutFixture& layout, const Descriptor& blob) {
  const auto reader = LayoutReader::Open(layout.path());
  if (!reader.ok()) return "cannot open: " + reader.error().message();
  const auto text = reader->Read(blob, 1000);
  return text.ok() ? "" : text.error().message();
}
std::string StreamFault(const LayoutFixture& layout, const Descriptor& blob, size_t* taken) {
  const auto reader = LayoutReader::Open(layout.path());
  if (!reader.ok()) return "cannot open: " + reader.error().message();
  *taken = 0;
  const Status status = reader->Stream(blob, [&](std::string_view bytes) {
    *taken += bytes.size();
    return Ok();
  });
  return status.ok() ? "" : status.error().message();
}

TEST(LayoutReader, FindsAnImageByItsTag) {
  LayoutFixture layout;
  const Descriptor one = layout.AddImage(kAmd64, {"1"});
  layout.List(one, "one");
  layout.List(layout.AddImage(kAmd64, {"2"}), "two");
  const auto reader = LayoutReader::Open(layout.path());
  ASSERT_TRUE(reader.ok()) << reader.error().message();
  ASSERT_TRUE(reader->Find("one").ok());
  EXPECT_EQ(reader->Find("one")->digest, one.digest);

  ASSERT_TRUE(reader->Find(one.digest.ToString()).ok());
  EXPECT_EQ(reader->Find(one.digest.ToString())->digest, one.digest);
  EXPECT_FALSE(reader->Find(Digest::Of("none").ToString()).ok());

  const auto missing = reader->Find("three");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind(), DiagnosticKind::kImageNotFound);
  EXPECT_THAT(missing.error().message(), HasSubstr("there is `one`, `two`"));
  const auto ambiguous = reader->Find("");
  ASSERT_FALSE(ambiguous.ok());
  EXPECT_THAT(ambiguous.error().message(), HasSubstr("has 2 images; name one by its tag"));
}

TEST(LayoutReader, NeedsNoTagForAnImageAlone) {
  LayoutFixture layout;
  const Descriptor one = layout.AddImage(kAmd64, {"1"});
  layout.List(one);
  const auto reader = LayoutReader::Open(layout.path());
  ASSERT_TRUE(reader.ok()) << reader.error().message();
  ASSERT_TRUE(reader->Find("").ok());
  EXPECT_EQ(reader->Find("")->digest, one.digest);
}

// CVE-2026-50195.
TEST(LayoutReader, RefusesATagThatTwoImagesHave) {
  LayoutFixture layout;
  layout.List(layout.AddImage(kAmd64, {"1"}), "one");
  layout.List(layout.AddImage(kAmd64, {"2"}), "one");
  const auto reader = LayoutReader::Open(layout.path());
  ASSERT_TRUE(reader.ok());
  const auto twice = reader->Find("one");
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().kind(), DiagnosticKind::kImageInvalid);
}

TEST(LayoutReader, RefusesOtherVersionsAndWhatIsNoLayout) {
  LayoutFixture layout;
  layout.List(layout.AddImage(kAmd64, {}));
  WriteTestFile(layout.path() + "/oci-layout", R"({"imageLayoutVersion":"2.0.0"})");
  EXPECT_THAT(OpenFault(layout), HasSubstr("version `2.0.0`"));
  WriteTestFile(layout.path() + "/oci-layout", "[]");
  EXPECT_THAT(OpenFault(layout), HasSubstr("oci-layout"));
  std::filesystem::remove(layout.path() + "/oci-layout");
  EXPECT_THAT(OpenFault(layout), HasSubstr("cannot open `oci-layout`"));
  EXPECT_FALSE(LayoutReader::Open(layout.path() + "/absent").ok());
}

TEST(LayoutReader, ChecksBlobsAgainstDigestAndSize) {
  LayoutFixture layout;
  const Descriptor blob = layout.AddBlob("content", media_type::kOciLayer);
  layout.List(blob);
  size_t taken = 0;
  EXPECT_EQ(BlobFault(layout, blob), "");
  EXPECT_EQ(StreamFault(layout, blob, &taken), "");
  EXPECT_EQ(taken, 7u);

  Descriptor lies = blob;
  lies.size_bytes = 8;
  EXPECT_THAT(BlobFault(layout, lies), HasSubstr("has 7 bytes instead of 8"));
  EXPECT_THAT(StreamFault(layout, lies, &taken), HasSubstr("has 7 bytes instead of 8"));
  lies.size_bytes = 6;
  EXPECT_THAT(StreamFault(layout, lies, &taken), HasSubstr("has 7 bytes instead of 6"));
  EXPECT_EQ(taken, 0u);

  WriteTestFile(layout.BlobPath(blob.digest), "CONTENT");
  EXPECT_THAT(BlobFault(layout, blob), HasSubstr(Digest::Of("CONTENT").ToString()));
  WriteTestFile(layout.BlobPath(blob.digest), std::string(1001, 'x'));
  EXPECT_THAT(BlobFault(layout, blob), HasSubstr("the limit is 1000 bytes"));
}

TEST(LayoutReader, DoesNotFollowLinksOutOfTheLayout) {
  LayoutFixture layout;
  const TestDirectory outside;
  const Descriptor blob = layout.AddBlob("content", media_type::kOciLayer);
  layout.List(blob);
  WriteTestFile(outside / blob.digest.Hex(), "content");
  size_t taken = 0;
  const std::string path = layout.BlobPath(blob.digest);
  std::filesystem::remove(path);
  std::filesystem::create_symlink(outside / blob.digest.Hex(), path);
  EXPECT_THAT(BlobFault(layout, blob), HasSubstr("symbolic link"));
  EXPECT_THAT(StreamFault(layout, blob, &taken), HasSubstr("symbolic link"));

  const std::string parent = layout.path() + "/blobs/sha256";
  std::filesystem::remove_all(parent);
  std::filesystem::create_directory_symlink(outside.path(), parent);
  EXPECT_THAT(BlobFault(layout, blob), HasSubstr("symbolic link"));

  std::filesystem::remove(layout.path() + "/index.json");
  std::filesystem::create_symlink(outside / "index.json", layout.path() + "/index.json");
  EXPECT_THAT(OpenFault(layout), HasSubstr("`index.json` is reached over a symbolic link"));
}

TEST(LayoutReader, DoesNotWaitForAFifo) {
  LayoutFixture layout;
  const Descriptor blob = layout.AddBlob("content", media_type::kOciLayer);
  layout.List(blob);
  const std::string path = layout.BlobPath(blob.digest);
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(BlobFault(layout, blob), HasSubstr("is not a regular file"));
}

}  // namespace
}  // namespace cooper
