#include "backends/export/archive/docker_tar_exporter.h"

#include <gmock/gmock.h>

#include "backends/export/testing/export_fixture.h"

namespace cooper {
namespace {

using testing::HasSubstr;
using DockerTarExporterTest = ExportFixture;

TEST_F(DockerTarExporterTest, ManifestNamesConfigTagsAndLayers) {
  DockerTarExporter exporter(directory_ / "out.tar", {Name("web:1.2"), Name("r.example/web:x")});
  ASSERT_TRUE(exporter.Export(image_, *store_).ok());
  const ReadTar tar(ReadTestFile(directory_ / "out.tar"));
  const std::string config = image_.manifest.config.digest.Hex() + ".json";
  const std::string plain = image_.manifest.layers[0].digest.Hex() + ".tar";
  const std::string packed = image_.manifest.layers[1].digest.Hex() + ".tar.gz";
  EXPECT_EQ(tar.names, (std::vector<std::string>{"manifest.json", config, plain, packed}));
  EXPECT_EQ(tar.files.at("manifest.json").content,
            "[{\"Config\":\"" + config + "\",\"RepoTags\":[\"web:1.2\",\"r.example/web:x\"]," +
                "\"Layers\":[\"" + plain + "\",\"" + packed + "\"]}]");
  EXPECT_EQ(tar.files.at(config).content, image_.config_json);
  EXPECT_EQ(tar.files.at(packed).content, layer_bytes_[1]);
}

TEST_F(DockerTarExporterTest, NamesWithADigestAreRefused) {
  const Reference name = Name("web@" + image_.descriptor.digest.ToString());
  const Status status = DockerTarExporter(directory_ / "out.tar", {name}).Export(image_, *store_);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kUnsupported);
}

TEST_F(DockerTarExporterTest, SkopeoJudgesTheArchive) {
  const std::string path = directory_ / "out.tar";
  const std::string options = " --tmpdir " + directory_.path() + " docker-archive:" + path;
  ASSERT_TRUE(DockerTarExporter(path, {Name("web:1.2")}).Export(image_, *store_).ok());
  const auto named =
      RunTool("skopeo", "--insecure-policy copy" + options +
                            ":docker.io/library/web:1.2 dir:" + (directory_ / "named"));
  if (!named) GTEST_SKIP() << "skopeo is not installed";
  EXPECT_EQ(named->status, 0) << named->output;
  EXPECT_EQ(ReadTestFile(directory_ / ("named/" + image_.manifest.config.digest.Hex())),
            image_.config_json);

  ASSERT_TRUE(DockerTarExporter(path, {}).Export(image_, *store_).ok());
  const auto nameless =
      RunTool("skopeo", "--insecure-policy copy" + options + " oci:" + (directory_ / "nameless:x"));
  EXPECT_EQ(nameless->status, 0) << nameless->output;
  EXPECT_THAT(ReadTestFile(directory_ / "nameless/index.json"), HasSubstr("\"x\""));
}

}  // namespace
}  // namespace cooper
