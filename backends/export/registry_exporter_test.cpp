#include "backends/export/registry_exporter.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

#include "backends/export/testing/export_fixture.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

using testing::ElementsAre;

// A registry in memory, which fails where it is told to.
struct FakeRegistry {
  std::mutex mutex;
  std::map<std::string, std::string> blobs;
  std::map<std::string, std::string> manifests;
  std::string media_type;
  std::set<std::string> refused;
  bool refuse_manifest = false;
  bool change_manifest = false;
  int running = 0;
  int most_running = 0;
};

class FakeTarget : public PushTarget {
 public:
  explicit FakeTarget(FakeRegistry& registry) : registry_(registry) {}

  Status CheckPush(const Reference&) override {
    if (registry_.refused.empty()) return Ok();
    return Error(DiagnosticKind::kRegistryAuth, "HTTP 401 and no credentials for this host");
  }

  Status PushBlob(const Reference&, const Descriptor& blob,
                  const std::function<Result<std::unique_ptr<ContentReader>>()>& open) override {
    {
      const std::lock_guard lock(registry_.mutex);
      registry_.most_running = std::max(registry_.most_running, ++registry_.running);
    }
    Status status = Upload(blob, open);
    const std::lock_guard lock(registry_.mutex);
    --registry_.running;
    return status;
  }

  Result<Digest> PushManifest(const Reference& reference, std::string_view bytes,
                              std::string_view media_type) override {
    if (registry_.refuse_manifest) return Error(DiagnosticKind::kRegistry, "HTTP 500");
    registry_.manifests[reference.ToString()] = bytes;
    registry_.media_type = media_type;
    return Digest::Of(registry_.change_manifest ? "other" : bytes);
  }

 private:
  Status Upload(const Descriptor& blob,
                const std::function<Result<std::unique_ptr<ContentReader>>()>& open) {
    if (registry_.refused.contains(blob.digest.Hex())) {
      return Error(DiagnosticKind::kRegistryAuth, "HTTP 401 and no credentials for this host");
    }
    COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<ContentReader> reader, open());
    std::string bytes;
    std::array<char, 100> buffer{};
    for (;;) {
      COOPER_ASSIGN_OR_RETURN(const size_t count, reader->Read(buffer));
      if (count == 0) break;
      bytes.append(buffer.data(), count);
    }
    const std::lock_guard lock(registry_.mutex);
    registry_.blobs[blob.digest.Hex()] = bytes;
    return Ok();
  }

  FakeRegistry& registry_;
};

class RegistryExporterTest : public ExportFixture {
 protected:
  Status Push(const BuiltImage& image) {
    return RegistryExporter(std::make_unique<FakeTarget>(registry_), Name("r.example/web:1.2"))
        .Export(image, *store_);
  }

  FakeRegistry registry_;
};

TEST_F(RegistryExporterTest, BlobsAndManifestArrive) {
  ASSERT_TRUE(Push(image_).ok());
  ASSERT_EQ(registry_.blobs.size(), 3u);
  for (const auto& [hex, bytes] : registry_.blobs) EXPECT_EQ(Digest::Of(bytes).Hex(), hex);
  EXPECT_THAT(registry_.manifests,
              ElementsAre(testing::Pair("r.example/web:1.2", image_.manifest_json)));
  EXPECT_EQ(registry_.media_type, media_type::kOciManifest);
}

TEST_F(RegistryExporterTest, FailureSaysWhichBlobAndPutsNoManifest) {
  registry_.refused.insert(image_.manifest.layers[1].digest.Hex());
  const Status status = Push(image_);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kRegistryAuth);
  EXPECT_EQ(status.error().message(),
            "push to `r.example/web:1.2` stopped at blob 2 of 3: HTTP 401 and no credentials for "
            "this host");
  EXPECT_TRUE(registry_.manifests.empty());
}

TEST_F(RegistryExporterTest, CheckSaysThatThePushIsNotPossible) {
  RegistryExporter exporter(std::make_unique<FakeTarget>(registry_), Name("r.example/web:1.2"));
  EXPECT_TRUE(exporter.Check().ok());
  registry_.refused.insert("all");
  const Status status = exporter.Check();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), DiagnosticKind::kRegistryAuth);
  EXPECT_EQ(status.error().message(),
            "push to `r.example/web:1.2` is not possible: HTTP 401 and no credentials for this "
            "host");
}

TEST_F(RegistryExporterTest, FailureAtTheManifestSaysSo) {
  registry_.refuse_manifest = true;
  EXPECT_EQ(Push(image_).error().message(),
            "push to `r.example/web:1.2` stopped at the manifest: HTTP 500");
  registry_.refuse_manifest = false;
  registry_.change_manifest = true;
  EXPECT_EQ(Push(image_).error().kind(), DiagnosticKind::kRegistry);
}

TEST_F(RegistryExporterTest, ThreeBlobsAtATimeAtMostAndEachOnce) {
  std::vector<Descriptor> layers;
  for (int i = 0; i < 20; ++i) {
    const std::string bytes = "layer " + std::to_string(i % 10);
    const auto digest = store_->PutBlob(bytes);
    ASSERT_TRUE(digest.ok());
    layers.push_back({.media_type = std::string(media_type::kOciLayer),
                      .digest = *digest,
                      .size_bytes = bytes.size(),
                      .annotations = {},
                      .platform = {}});
  }
  ASSERT_TRUE(Push(MakeImage(image_.config, std::move(layers))).ok());
  EXPECT_EQ(registry_.blobs.size(), 11u);
  EXPECT_LE(registry_.most_running, 3);
}

}  // namespace
}  // namespace cooper
