#include "backends/export/archive/oci_tar_exporter.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "backends/export/testing/export_fixture.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

using testing::HasSubstr;
using OciTarExporterTest = ExportFixture;

TEST_F(OciTarExporterTest, HoldsALayoutInAFixedOrder) {
  OciTarExporter exporter(directory_ / "out.tar", {});
  EXPECT_EQ(exporter.Description(), "oci tar `" + (directory_ / "out.tar") + "`");
  ASSERT_TRUE(exporter.Export(image_, *store_).ok());
  const std::string first = ReadTestFile(directory_ / "out.tar");
  const ReadTar tar(first);
  ASSERT_EQ(tar.names.size(), 8u);
  EXPECT_EQ(tar.names[0], "oci-layout");
  EXPECT_EQ(tar.names[1], "index.json");
  EXPECT_TRUE(std::is_sorted(tar.names.begin() + 2, tar.names.end()));
  for (const auto& [name, file] : tar.files) {
    if (!name.starts_with("blobs/sha256/") || name.ends_with('/')) continue;
    EXPECT_EQ(Digest::Of(file.content).Hex(), name.substr(13));
  }
  EXPECT_TRUE(tar.files.contains("blobs/sha256/" + image_.descriptor.digest.Hex()));
  EXPECT_TRUE(tar.files.contains("blobs/sha256/" + image_.manifest.layers[1].digest.Hex()));

  ASSERT_TRUE(exporter.Export(image_, *store_).ok());
  EXPECT_EQ(ReadTestFile(directory_ / "out.tar"), first);
}

TEST_F(OciTarExporterTest, EachNameIsADescriptorOfOneDigest) {
  OciTarExporter exporter(directory_ / "out.tar", {Name("web:1.2"), Name("localhost:5000/a/b:x")});
  ASSERT_TRUE(exporter.Export(image_, *store_).ok());
  const ReadTar tar(ReadTestFile(directory_ / "out.tar"));
  const auto index = ParseImageIndex(tar.files.at("index.json").content, media_type::kOciIndex);
  ASSERT_TRUE(index.ok());
  ASSERT_EQ(index->manifests.size(), 2u);
  EXPECT_EQ(index->manifests[0].digest, index->manifests[1].digest);
  EXPECT_EQ(index->manifests[0].platform, image_.descriptor.platform);
  EXPECT_EQ(
      index->manifests[0].annotations,
      (std::map<std::string, std::string>{{"io.containerd.image.name", "docker.io/library/web:1.2"},
                                          {"org.opencontainers.image.ref.name", "1.2"}}));
  EXPECT_EQ(index->manifests[1].annotations.at("io.containerd.image.name"), "localhost:5000/a/b:x");
}

TEST_F(OciTarExporterTest, LayerThatComesTwiceIsStoredOnce) {
  ImageConfig config = image_.config;
  config.diff_ids.push_back(config.diff_ids[0]);
  std::vector<Descriptor> layers = image_.manifest.layers;
  layers.push_back(layers[0]);
  const BuiltImage image = MakeImage(std::move(config), std::move(layers));
  ASSERT_TRUE(OciTarExporter(directory_ / "out.tar", {}).Export(image, *store_).ok());
  EXPECT_EQ(ReadTar(ReadTestFile(directory_ / "out.tar")).names.size(), 8u);
}

TEST_F(OciTarExporterTest, DamagedLayerStopsItAndLeavesNothing) {
  std::string changed = layer_bytes_[1];
  changed[30] ^= 1;
  for (const std::string& bytes : {changed, layer_bytes_[1] + "x", layer_bytes_[1].substr(1)}) {
    DamageLayer(1, bytes);
    const Status status = OciTarExporter(directory_ / "out.tar", {}).Export(image_, *store_);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().kind(), DiagnosticKind::kStore);
    EXPECT_THAT(status.error().message(), HasSubstr("is damaged"));
    EXPECT_EQ(CountEntries(directory_.path()), 1u);  // the store
  }
}

TEST_F(OciTarExporterTest, SkopeoJudgesTheArchive) {
  const std::string path = directory_ / "out.tar";
  ASSERT_TRUE(
      OciTarExporter(path, {Name("web:1.2"), Name("web:latest")}).Export(image_, *store_).ok());
  const std::string copy = "--insecure-policy copy --tmpdir " + directory_.path() + " oci-archive:";
  for (const char* tag : {"1.2", "latest"}) {
    const auto result = RunTool("skopeo", copy + path + ":" + tag + " dir:" + (directory_ / tag));
    if (!result) GTEST_SKIP() << "skopeo is not installed";
    EXPECT_EQ(result->status, 0) << result->output;
    EXPECT_EQ(ReadTestFile(directory_ / (std::string(tag) + "/manifest.json")),
              image_.manifest_json);
  }
  ASSERT_TRUE(OciTarExporter(path, {}).Export(image_, *store_).ok());
  const auto inspect = RunTool(
      "skopeo", "--insecure-policy inspect --tmpdir " + directory_.path() + " oci-archive:" + path);
  EXPECT_EQ(inspect->status, 0) << inspect->output;
  EXPECT_THAT(inspect->output, HasSubstr(image_.descriptor.digest.ToString()));
}

}  // namespace
}  // namespace cooper
