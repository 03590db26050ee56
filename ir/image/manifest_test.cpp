#include "ir/image/manifest.h"

#include <gtest/gtest.h>

#include "ir/image/media_type.h"

namespace cooper {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kConfig =
    R"({"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" + kDigest +
    R"(","size":7})";
const std::string kLayer =
    R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":")" + kDigest +
    R"(","size":9})";

std::string Manifest(const std::string& more) {
  return R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)" +
         kConfig + R"(,"layers":[)" + kLayer + "]" + more + "}";
}

std::string FaultOf(const std::string& json, std::string_view type = media_type::kOciManifest) {
  const auto manifest = ParseImageManifest(json, type);
  return manifest.ok() ? "" : manifest.error().message();
}

TEST(ImageManifest, ReadsAndWritesTheSameBytes) {
  const std::string json = Manifest(R"(,"annotations":{"A":"1","a":"2"})");
  const auto manifest = ParseImageManifest(json, media_type::kOciManifest);
  ASSERT_TRUE(manifest.ok()) << manifest.error().message();
  EXPECT_EQ(manifest->layers[0].size_bytes, 9u);
  EXPECT_EQ(ToJson(*manifest), json);
}

TEST(ImageManifest, RefusesEmbeddedDataThatIsOtherContent) {
  const auto with = [](const std::string& data) {
    return R"({"schemaVersion":2,"config":)" + kConfig +
           R"(,"layers":[{"mediaType":"x","digest":")" + Digest::Of("evil").ToString() +
           R"(","size":4,"data":")" + data + R"("}]})";
  };
  EXPECT_EQ(FaultOf(with("ZXZpbA==")), "");
  EXPECT_NE(FaultOf(with("Z29vZA==")).find("`layers[0].data`"), std::string::npos);  // "good"
  EXPECT_NE(FaultOf(with("ZXZp")).find("`layers[0].data`"), std::string::npos);
  EXPECT_NE(FaultOf(with("!!!")).find("`layers[0].data`"), std::string::npos);
}

TEST(ImageManifest, RefusesWhatCouldBeReadInTwoWays) {
  EXPECT_EQ(FaultOf(Manifest(R"(,"manifests":[])")),
            "both `layers` and `manifests` are present, so it could be read in two ways");
  EXPECT_EQ(FaultOf(Manifest(R"(,"Layers":[])")),
            "key `Layers` differs from `layers` in case alone");
  EXPECT_EQ(FaultOf(Manifest(R"(,"layers":[])")),
            "manifest: key `layers` appears twice in one object");
  EXPECT_EQ(FaultOf(Manifest(R"(,"l\u0061yers":[])")),
            "manifest: key `layers` appears twice in one object");
  EXPECT_EQ(FaultOf(Manifest(R"(,"annotations":{"a":"1","a":"2"})")),
            "manifest: key `a` appears twice in one object");
}

TEST(ImageManifest, HoldsTheDocumentToItsAnnouncedType) {
  EXPECT_NE(FaultOf(Manifest(""), media_type::kDockerManifest), "");
  EXPECT_NE(FaultOf(Manifest(""), media_type::kOciIndex), "");
  EXPECT_EQ(FaultOf(Manifest(""), ""), "");
}

TEST(ImageManifest, RefusesMalformedValues) {
  const auto with = [](std::string json, const std::string& from, const std::string& to) {
    json.replace(json.find(from), from.size(), to);
    return FaultOf(json);
  };
  const std::string json = Manifest("");
  EXPECT_EQ(with(json, "\"schemaVersion\":2", "\"schemaVersion\":1"), "`schemaVersion` is not 2");
  EXPECT_EQ(with(json, "\"size\":7", "\"size\":-1"), "`config.size` is not a size in bytes");
  EXPECT_EQ(with(json, "\"size\":7", "\"size\":1.5"), "`config.size` is not a whole number");
  EXPECT_EQ(with(json, "\"size\":9", "\"x\":9"), "`layers[0].size` is not a size in bytes");
  EXPECT_EQ(with(json, "sha256:a", "sha512:a"), "`config.digest` is not a sha256 digest");
  EXPECT_EQ(with(json, kConfig, "null"), "`config` is not given");
  EXPECT_EQ(with(json, "[" + kLayer + "]", "{}"), "`layers` is not a list");
  EXPECT_NE(FaultOf("[]"), "");
  EXPECT_NE(FaultOf("{"), "");
  EXPECT_NE(FaultOf(""), "");
  EXPECT_NE(FaultOf("{\"a\\"), "");
}

TEST(ImageManifest, LimitsSizeAndNesting) {
  EXPECT_NE(FaultOf(std::string(kMaxManifestBytes + 1, ' ')).find("the limit is"),
            std::string::npos);
  EXPECT_EQ(FaultOf(std::string(1'000'000, '[')), "manifest: nested deeper than 64 levels");
}

Descriptor ManifestFor(Platform platform, uint64_t size) {
  Descriptor descriptor;
  descriptor.media_type = media_type::kOciManifest;
  descriptor.size_bytes = size;
  descriptor.platform = std::move(platform);
  return descriptor;
}

TEST(SelectManifest, PrefersTheLatestVariantThatRuns) {
  ImageIndex index;
  index.manifests = {ManifestFor({"linux", "arm", "v5"}, 5), ManifestFor({"linux", "arm", "v7"}, 7),
                     ManifestFor({"linux", "arm", "v6"}, 6),
                     ManifestFor({"linux", "arm", "v7"}, 8)};
  const auto chosen = SelectManifest(index, {"linux", "arm", "v7"});
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(chosen->size_bytes, 7u);
  const auto older = SelectManifest(index, {"linux", "arm", "v6"});
  ASSERT_TRUE(older.ok());
  EXPECT_EQ(older->size_bytes, 6u);
}

TEST(SelectManifest, ListsWhatThereIsAndPassesOverAttestations) {
  ImageIndex index;
  index.manifests = {ManifestFor({"linux", "arm64", "v8"}, 1),
                     ManifestFor({"unknown", "unknown", ""}, 2),
                     ManifestFor({"linux", "s390x", ""}, 3)};
  const auto chosen = SelectManifest(index, {"linux", "amd64", ""});
  ASSERT_FALSE(chosen.ok());
  EXPECT_EQ(chosen.error().kind(), DiagnosticKind::kImageNotFound);
  EXPECT_EQ(chosen.error().message(),
            "no image for platform `linux/amd64`; there is linux/arm64/v8, linux/s390x");
}

TEST(ImageIndex, ReadsAndWritesTheSameBytes) {
  const std::string json =
      R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json",)"
      R"("manifests":[{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":")" +
      kDigest + R"(","size":1,"platform":{"architecture":"arm","os":"linux","variant":"v7"}}]})";
  const auto index = ParseImageIndex(json, "");
  ASSERT_TRUE(index.ok()) << index.error().message();
  EXPECT_EQ(ToJson(*index), json);
}

TEST(MediaType, TellsHowLayersAreCompressed) {
  EXPECT_EQ(LayerCompression(media_type::kOciLayerZstd), Compression::kZstd);
  EXPECT_EQ(LayerCompression(media_type::kDockerLayerGzip), Compression::kGzip);
  EXPECT_EQ(LayerCompression("application/vnd.oci.image.layer.nondistributable.v1.tar"),
            Compression::kNone);
  EXPECT_EQ(LayerCompression(media_type::kOciConfig), std::nullopt);
}

}  // namespace
}  // namespace cooper
