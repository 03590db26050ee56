#include "backends/export/layout/layout_exporter.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "backends/export/testing/export_fixture.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LayoutExporterTest : public ExportFixture {
 protected:
  Status Export(std::vector<Reference> names, const BuiltImage& image) {
    return LayoutExporter(path_, std::move(names)).Export(image, *store_);
  }
  std::vector<Descriptor> Images() const {
    const auto index = ParseImageIndex(ReadTestFile(path_ + "/index.json"), media_type::kOciIndex);
    EXPECT_TRUE(index.ok()) << index.error().message();
    return index->manifests;
  }
  BuiltImage OtherImage() const {
    ImageConfig config = image_.config;
    config.author = "somebody else";
    return MakeImage(std::move(config), image_.manifest.layers);
  }

  const std::string path_ = directory_ / "layout";
};

TEST_F(LayoutExporterTest, CheckFindsAMissingParentAndLeavesNothing) {
  EXPECT_TRUE(LayoutExporter(directory_ / "layout", {}).Check().ok());
  EXPECT_FALSE(std::filesystem::exists(directory_ / "layout"));
  const Status status = LayoutExporter(directory_ / "none/layout", {}).Check();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kOutput);
}

TEST_F(LayoutExporterTest, NewDirectoryHoldsEverything) {
  ASSERT_TRUE(Export({Name("web:1.2")}, image_).ok());
  EXPECT_EQ(ReadTestFile(path_ + "/oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
  EXPECT_EQ(CountEntries(path_), 3u);
  EXPECT_EQ(CountEntries(path_ + "/blobs/sha256"), 4u);
  for (const auto& entry : fs::directory_iterator(path_ + "/blobs/sha256")) {
    EXPECT_EQ(Digest::Of(ReadTestFile(entry.path())).Hex(), entry.path().filename());
  }
  ASSERT_EQ(Images().size(), 1u);
  EXPECT_EQ(Images()[0].digest, image_.descriptor.digest);
  EXPECT_EQ(CountEntries(directory_.path()), 2u);  // the store and the layout
}

TEST_F(LayoutExporterTest, EmptyDirectoryIsFilled) {
  fs::create_directory(path_);
  WriteTestFile(path_ + "/.index.json.0123456789abcdef.part", "left by a killed export");
  ASSERT_TRUE(Export({}, image_).ok());
  EXPECT_EQ(Images().size(), 1u);
}

TEST_F(LayoutExporterTest, SameTagIsReplacedAndOthersStay) {
  ASSERT_TRUE(Export({Name("web:1.2")}, image_).ok());
  ASSERT_TRUE(Export({Name("web:latest")}, image_).ok());
  const BuiltImage other = OtherImage();
  ASSERT_TRUE(Export({Name("web:1.2")}, other).ok());
  const std::vector<Descriptor> images = Images();
  ASSERT_EQ(images.size(), 2u);
  EXPECT_EQ(images[0].annotations.at("org.opencontainers.image.ref.name"), "latest");
  EXPECT_EQ(images[0].digest, image_.descriptor.digest);
  EXPECT_EQ(images[1].digest, other.descriptor.digest);
}

TEST_F(LayoutExporterTest, NamelessImageIsListedOnce) {
  ASSERT_TRUE(Export({}, image_).ok());
  ASSERT_TRUE(Export({}, image_).ok());
  ASSERT_TRUE(Export({}, OtherImage()).ok());
  EXPECT_EQ(Images().size(), 2u);
}

TEST_F(LayoutExporterTest, KeepsFieldsOfOthersThatItDoesNotKnow) {
  ASSERT_TRUE(Export({Name("web:1.2")}, image_).ok());
  std::string index = ReadTestFile(path_ + "/index.json");
  index.insert(index.find("\"digest\""), "\"artifactType\":\"a/b\",");
  WriteTestFile(path_ + "/index.json", index);
  ASSERT_TRUE(Export({Name("web:2")}, OtherImage()).ok());
  EXPECT_THAT(ReadTestFile(path_ + "/index.json"), HasSubstr("\"artifactType\":\"a/b\""));
  EXPECT_EQ(Images().size(), 2u);
}

TEST_F(LayoutExporterTest, DamagedBlobOfTheLayoutIsReplaced) {
  ASSERT_TRUE(Export({}, image_).ok());
  const std::string blob = path_ + "/blobs/sha256/" + image_.manifest.layers[0].digest.Hex();
  WriteTestFile(blob, std::string(layer_bytes_[0].size(), 'x'));
  ASSERT_TRUE(Export({}, image_).ok());
  EXPECT_EQ(ReadTestFile(blob), layer_bytes_[0]);
}

TEST_F(LayoutExporterTest, RefusesWhatIsNoLayout) {
  fs::create_directory(path_);
  WriteTestFile(path_ + "/notes.txt", "mine");
  EXPECT_THAT(Export({}, image_).error().message(), HasSubstr("neither an OCI layout nor empty"));
  fs::remove(path_ + "/notes.txt");
  WriteTestFile(path_ + "/oci-layout", "{\"imageLayoutVersion\":\"2.0.0\"}");
  EXPECT_THAT(Export({}, image_).error().message(), HasSubstr("a layout of version `2.0.0`"));
  WriteTestFile(path_ + "/oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
  WriteTestFile(path_ + "/index.json", "[");
  EXPECT_THAT(Export({}, image_).error().message(), HasSubstr("index.json` cannot be added to"));
  EXPECT_EQ(ReadTestFile(path_ + "/index.json"), "[");
}

TEST_F(LayoutExporterTest, NeverWritesThroughALinkInsideTheLayout) {
  fs::create_directories(directory_ / "elsewhere");
  fs::create_directory(path_);
  WriteTestFile(path_ + "/oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
  fs::create_directory_symlink(directory_ / "elsewhere", path_ + "/blobs");
  EXPECT_EQ(Export({}, image_).error().kind(), DiagnosticKind::kOutput);
  EXPECT_EQ(CountEntries(directory_ / "elsewhere"), 0u);
}

TEST_F(LayoutExporterTest, FailureLeavesNoNewDirectory) {
  DamageLayer(1, "x");
  EXPECT_FALSE(Export({}, image_).ok());
  EXPECT_EQ(CountEntries(directory_.path()), 1u);  // the store
  EXPECT_THAT(LayoutExporter(directory_ / "none/out", {}).Export(image_, *store_).error().message(),
              HasSubstr("there is no directory `" + (directory_ / "none") + "`; make it first"));
}

TEST_F(LayoutExporterTest, SkopeoJudgesTheDirectory) {
  ASSERT_TRUE(Export({Name("web:1.2")}, image_).ok());
  ASSERT_TRUE(Export({Name("web:2")}, OtherImage()).ok());
  for (const char* tag : {"1.2", "2"}) {
    const auto result = RunTool(
        "skopeo", "--insecure-policy copy oci:" + path_ + ":" + tag + " dir:" + (directory_ / tag));
    if (!result) GTEST_SKIP() << "skopeo is not installed";
    EXPECT_EQ(result->status, 0) << result->output;
  }
}

}  // namespace
}  // namespace cooper
