#include "backends/source/image_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/layer/testing/tar_builder.h"
#include "backends/source/testing/memory_store.h"
#include "backends/store/testing/test_directory.h"
#include "ir/image/image_config.h"
#include "ir/image/manifest.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;

class ImageArchiveTest : public ::testing::Test {
 protected:
  std::string Write(const std::vector<TarFile>& files) {
    std::string tar;
    for (const TarFile& file : files) tar += TarEntry(file);
    const std::string path = directory_ / "image.tar";
    WriteTestFile(path, tar + TarEnd());
    return path;
  }
  std::string DockerFault(const std::vector<TarFile>& files, const std::string& tag = "") {
    const auto top = ReadDockerArchive(Write(files), tag, store_);
    EXPECT_FALSE(top.ok());
    return top.ok() ? "" : top.error().message();
  }

  TestDirectory directory_;
  MemoryStore store_;
};

TEST_F(ImageArchiveTest, ReadsALayoutInATar) {
  const std::string manifest = "{}";
  const Digest digest = Digest::Of(manifest);
  ImageIndex index;
  index.media_type = media_type::kOciIndex;
  index.manifests.push_back({.media_type = std::string(media_type::kOciManifest),
                             .digest = digest,
                             .size_bytes = manifest.size(),
                             .annotations = {{"org.opencontainers.image.ref.name", "v1"}},
                             .platform = {}});
  const std::string path =
      Write({{.name = "oci-layout", .content = R"({"imageLayoutVersion":"1.0.0"})"},
             {.name = "blobs/sha256/" + digest.Hex(), .content = manifest},
             {.name = "index.json", .content = ToJson(index)}});
  const auto top = ReadOciArchive(path, "v1", store_);
  ASSERT_TRUE(top.ok()) << top.error().message();
  EXPECT_EQ(top->digest, digest);
  EXPECT_TRUE(store_.HasBlob(digest));
  EXPECT_EQ(ReadOciArchive(path, "v2", store_).error().kind(), DiagnosticKind::kImageNotFound);
}

TEST_F(ImageArchiveTest, ABlobMustBeWhatItsNameSays) {
  const std::string path =
      Write({{.name = "blobs/sha256/" + Digest::Of("a").Hex(), .content = "b"}});
  EXPECT_EQ(ReadOciArchive(path, "", store_).error().kind(), DiagnosticKind::kImageInvalid);
}

TEST_F(ImageArchiveTest, MakesAManifestOfWhatDockerSaved) {
  const std::string path =
      Write({{.name = "abc.json", .content = "{}"},
             {.name = "1/layer.tar", .content = "plain"},
             {.name = "2/layer.tar", .type = '2', .link = "../1/layer.tar"},
             {.name = "3/layer.tar", .content = "\x1f\x8b compressed"},
             {.name = "manifest.json",
              .content = R"([{"Config":"abc.json","RepoTags":["web:1","web:2"],)"
                         R"("Layers":["1/layer.tar","2/layer.tar","3/layer.tar"]}])"}});
  const auto top = ReadDockerArchive(path, "2", store_);
  ASSERT_TRUE(top.ok()) << top.error().message();
  const auto manifest = ParseImageManifest(*store_.ReadBlob(top->digest, 10000), top->media_type);
  ASSERT_TRUE(manifest.ok()) << manifest.error().message();
  EXPECT_EQ(manifest->config.digest, Digest::Of("{}"));
  ASSERT_EQ(manifest->layers.size(), 3U);
  EXPECT_EQ(manifest->layers[0].digest, Digest::Of("plain"));
  EXPECT_EQ(manifest->layers[1].digest, Digest::Of("plain"));
  EXPECT_EQ(manifest->layers[2].media_type, media_type::kDockerLayerGzip);
}

TEST_F(ImageArchiveTest, LeadsNowhereElse) {
  const TarFile manifest{.name = "manifest.json",
                         .content = R"([{"Config":"../../etc/passwd","Layers":[]}])"};
  EXPECT_THAT(DockerFault({manifest}), HasSubstr("names `../../etc/passwd`"));
  EXPECT_THAT(DockerFault({{.name = "etc/passwd", .type = '2', .link = "/etc/passwd"}, manifest}),
              HasSubstr("does not hold"));
  EXPECT_THAT(DockerFault({{.name = "other"}}), HasSubstr("it has no `manifest.json`"));
  EXPECT_THAT(DockerFault({{.name = "manifest.json", .content = "{}"}}),
              HasSubstr("not a JSON array"));
  EXPECT_THAT(DockerFault({{.name = "manifest.json", .content = "[]"}}, "x"),
              HasSubstr("0 of its images have the tag `x`"));
}

TEST_F(ImageArchiveTest, RefusesWhatIsNoTar) {
  WriteTestFile(directory_ / "x", "text");
  EXPECT_EQ(ReadOciArchive(directory_ / "x", "", store_).error().kind(),
            DiagnosticKind::kImageInvalid);
  EXPECT_EQ(ReadOciArchive(directory_ / "none", "", store_).error().kind(),
            DiagnosticKind::kImageNotFound);
}

}  // namespace
}  // namespace cooper
