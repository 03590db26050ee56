#include "backends/source/image_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "backends/source/testing/layout_fixture.h"
#include "backends/source/testing/memory_store.h"

namespace cooper {
namespace {

using ::testing::HasSubstr;

const Platform kAmd64{.os = "linux", .architecture = "amd64", .variant = ""};
const Platform kArm64{.os = "linux", .architecture = "arm64", .variant = ""};

class ImageSourceTest : public ::testing::Test {
 protected:
  std::string DescribeFault(const Platform& platform = kAmd64) {
    const auto image = images_.DescribeLayout(layout_.path(), "", platform);
    EXPECT_FALSE(image.ok());
    return image.ok() ? "" : image.error().message();
  }

  LayoutFixture layout_;
  RegistryClient registry_{{}, {}};
  MemoryStore store_;
  ImageSource images_{registry_, store_};
};

TEST_F(ImageSourceTest, DescribesAnImageAndFetchesItsLayers) {
  layout_.List(layout_.AddImage(kAmd64, {"lower", "upper"}), "v1");
  const auto image = images_.DescribeLayout(layout_.path(), "v1", kAmd64);
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ(image->config.diff_ids[1], Digest::Of("upper"));

  const SourceLayoutOp op{layout_.path(), "v1", image->digest, kAmd64};
  for (size_t i = 0; i < 2; ++i) {
    const Status fetched = images_.FetchLayer(op, *image, i);
    ASSERT_TRUE(fetched.ok()) << fetched.error().message();
  }
  EXPECT_EQ(*store_.ReadBlob(Digest::Of("upper"), 100), "upper");
}

TEST_F(ImageSourceTest, ChoosesTheManifestOfThePlatform) {
  ImageIndex index;
  index.media_type = media_type::kOciIndex;
  index.manifests = {layout_.AddImage(kArm64, {"arm"}), layout_.AddImage(kAmd64, {"amd"})};
  layout_.List(layout_.AddBlob(ToJson(index), media_type::kOciIndex));
  const auto image = images_.DescribeLayout(layout_.path(), "", kArm64);
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ(image->digest, index.manifests[0].digest);
  EXPECT_EQ(image->config.platform, kArm64);

  EXPECT_THAT(DescribeFault({.os = "linux", .architecture = "s390x", .variant = ""}),
              HasSubstr("linux/s390x"));
}

TEST_F(ImageSourceTest, PinnedImageComesFromTheStoreOnceItWasRead) {
  layout_.List(layout_.AddImage(kAmd64, {"layer"}));
  const auto image = images_.DescribeLayout(layout_.path(), "", kAmd64);
  ASSERT_TRUE(image.ok());
  const SourceLayoutOp layout_op{layout_.path(), "", image->digest, kAmd64};
  // Nobody listens there.
  const SourceImageOp image_op{"127.0.0.1:1/app:1", image->digest, kAmd64};
  std::filesystem::remove(layout_.path() + "/index.json");
  for (const Op& op : {Op(layout_op), Op(image_op)}) {
    const auto pinned = images_.DescribePinned(op);
    ASSERT_TRUE(pinned.ok()) << pinned.error().message();
    EXPECT_EQ(pinned->digest, image->digest);
    EXPECT_EQ(pinned->manifest.layers.size(), 1u);
  }
}

TEST_F(ImageSourceTest, PinWinsOverTheTag) {
  const Descriptor first = layout_.AddImage(kAmd64, {"first"});
  layout_.List(layout_.AddImage(kAmd64, {"second"}), "v1");
  const auto pinned =
      images_.DescribePinned(SourceLayoutOp{layout_.path(), "v1", first.digest, kAmd64});
  ASSERT_TRUE(pinned.ok()) << pinned.error().message();
  EXPECT_EQ(pinned->config.diff_ids[0], Digest::Of("first"));
}

TEST_F(ImageSourceTest, RefusesSwappedContent) {
  const Descriptor image = layout_.AddImage(kAmd64, {"layer"});
  layout_.List(image);
  WriteTestFile(layout_.BlobPath(image.digest), std::string(image.size_bytes, ' '));
  EXPECT_THAT(DescribeFault(), HasSubstr("has digest"));
}

TEST_F(ImageSourceTest, RefusesALayerWithOtherContent) {
  layout_.List(layout_.AddImage(kAmd64, {"layer"}));
  const auto image = images_.DescribeLayout(layout_.path(), "", kAmd64);
  ASSERT_TRUE(image.ok());
  WriteTestFile(layout_.BlobPath(Digest::Of("layer")), "LAYER");
  const Status fetched =
      images_.FetchLayer(SourceLayoutOp{layout_.path(), "", image->digest, kAmd64}, *image, 0);
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().kind(), DiagnosticKind::kImageInvalid);
  EXPECT_FALSE(store_.HasBlob(Digest::Of("layer")));
  EXPECT_FALSE(store_.HasBlob(Digest::Of("LAYER")));
}

TEST_F(ImageSourceTest, RefusesAnotherNumberOfDiffIds) {
  ImageConfig config;
  config.platform = kAmd64;
  ImageManifest manifest;
  manifest.media_type = media_type::kOciManifest;
  manifest.layers = {layout_.AddBlob("layer", media_type::kOciLayer)};
  layout_.List(layout_.AddManifest(manifest, config));
  EXPECT_THAT(DescribeFault(), HasSubstr("has 1 layers, but its config has 0 diff ids"));
}

TEST_F(ImageSourceTest, NamesALayerTypeThatIsNotSupported) {
  ImageConfig config;
  config.platform = kAmd64;
  config.diff_ids = {Digest::Of("layer")};
  ImageManifest manifest;
  manifest.media_type = media_type::kOciManifest;
  manifest.layers = {layout_.AddBlob("layer", "application/x-layer")};
  layout_.List(layout_.AddManifest(manifest, config));
  EXPECT_THAT(DescribeFault(), HasSubstr("`application/x-layer`"));
}

TEST_F(ImageSourceTest, RefusesAnArtifactThatIsNoImage) {
  ImageManifest manifest;
  manifest.media_type = media_type::kOciManifest;
  manifest.config = layout_.AddBlob("{}", "application/vnd.oci.empty.v1+json");
  layout_.List(layout_.AddBlob(ToJson(manifest), media_type::kOciManifest));
  EXPECT_THAT(DescribeFault(), HasSubstr("not a container image"));
}

TEST_F(ImageSourceTest, RefusesALayerOfAnotherSizeThanTheStoreHas) {
  ASSERT_TRUE(store_.PutBlob("layer").ok());
  layout_.List(layout_.AddImage(kAmd64, {"layer"}));
  auto image = images_.DescribeLayout(layout_.path(), "", kAmd64);
  ASSERT_TRUE(image.ok());
  image->manifest.layers[0].size_bytes = 6;
  const Status fetched = images_.FetchLayer(SourceLayoutOp{layout_.path(), "", {}, {}}, *image, 0);
  ASSERT_FALSE(fetched.ok());
  EXPECT_THAT(fetched.error().message(), HasSubstr("described with 6 bytes"));
}

TEST_F(ImageSourceTest, AStopEndsTheFetchOfALayer) {
  layout_.List(layout_.AddImage(kAmd64, {"layer"}));
  const auto image = images_.DescribeLayout(layout_.path(), "", kAmd64);
  ASSERT_TRUE(image.ok());
  std::stop_source stop;
  stop.request_stop();
  const Status fetched =
      images_.FetchLayer(SourceLayoutOp{layout_.path(), "", {}, {}}, *image, 0, stop.get_token());
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().kind(), DiagnosticKind::kInterrupted);
  EXPECT_FALSE(store_.HasBlob(Digest::Of("layer")));
}

}  // namespace
}  // namespace cooper
