#include "backends/execute/layers/stored_content.h"

#include <gtest/gtest.h>

#include "backends/execute/layers/open_layer_blob.h"
#include "backends/filesystem/tree/layer_index.h"
#include "backends/layer/testing/tar_builder.h"
#include "backends/source/testing/memory_store.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

// A store of blobs whose layer records are made by the test.
class BlobStore : public MemoryStore {
 public:
  Result<std::unique_ptr<ContentReader>> OpenBlob(const Digest& digest) override {
    ++opened;
    return MemoryStore::OpenBlob(digest);
  }
  Result<std::optional<LayerRecord>> FindLayer(const Digest& id) override {
    const auto found = layers.find(id);
    return found == layers.end() ? std::optional<LayerRecord>() : found->second;
  }

  int opened = 0;
  std::map<Digest, LayerRecord> layers;
};

class StoredContentTest : public testing::Test {
 protected:
  // A layer of these entries over those pushed before.
  Status Push(const std::vector<TarFile>& files) {
    std::string tar;
    for (const TarFile& file : files) tar += TarEntry(file);
    tar += TarEnd();
    const Digest id = Digest::Of(std::to_string(tree_.layers().size()));
    Descriptor& blob = store_.layers[id].blob.emplace();
    blob.media_type = media_type::kOciLayer;
    blob.digest = *store_.PutBlob(tar);
    blob.size_bytes = tar.size();
    COOPER_ASSIGN_OR_RETURN(const auto entries, OpenLayerBlob(store_, blob, tree_));
    IndexRecorder recorder(nullptr);
    while (true) {
      COOPER_ASSIGN_OR_RETURN(const std::optional<TreeEntry> entry, entries->Next());
      if (!entry) break;
      COOPER_RETURN_IF_ERROR(recorder.Add(*entry, nullptr));
    }
    tree_.Push({std::make_shared<const LayerIndex>(recorder.Take()), contents_.Of(id, tree_)});
    return Ok();
  }
  std::string Read(std::string_view path) {
    const Result<std::string> text = tree_.ReadFile(path, 1 << 20);
    return text.ok() ? *text : text.error().message();
  }

  BlobStore store_;
  StoredContents contents_{store_};
  FileTree tree_;
};

TEST_F(StoredContentTest, ReadsFileThatLiesBehindALinkOfALowerLayer) {
  ASSERT_TRUE(
      Push({{.name = "usr/bin/", .type = '5'}, {.name = "bin", .type = '2', .link = "usr/bin"}})
          .ok());
  ASSERT_TRUE(Push({{.name = "bin/y", .content = "why"}}).ok());
  EXPECT_EQ(Read("usr/bin/y"), "why");
}

TEST_F(StoredContentTest, ReadsFileThatLiesBehindALinkOfItsOwnLayer) {
  ASSERT_TRUE(
      Push({{.name = "lib", .type = '2', .link = "/usr/lib"}, {.name = "lib/x", .content = "ex"}})
          .ok());
  EXPECT_EQ(Read("usr/lib/x"), "ex");
}

TEST_F(StoredContentTest, OfSeveralEntriesWithOnePathTheLastCounts) {
  ASSERT_TRUE(Push({{.name = "a", .content = "1"},
                    {.name = "b", .content = "b"},
                    {.name = "a", .content = "2"}})
                  .ok());
  EXPECT_EQ(Read("a"), "2");
  EXPECT_EQ(Read("b"), "b");
}

TEST_F(StoredContentTest, ReadsAHardLinkThroughALink) {
  ASSERT_TRUE(Push({{.name = "d/f", .content = "text"},
                    {.name = "l", .type = '2', .link = "d"},
                    {.name = "h", .type = '1', .link = "l/f"}})
                  .ok());
  EXPECT_EQ(Read("h"), "text");
}

TEST_F(StoredContentTest, RefusesHardLinkToNothingAndToADirectory) {
  EXPECT_EQ(Push({{.name = "h", .type = '1', .link = "gone"}}).error().kind(),
            DiagnosticKind::kLayerInvalid);
  EXPECT_EQ(
      Push({{.name = "d/", .type = '5'}, {.name = "h", .type = '1', .link = "d"}}).error().kind(),
      DiagnosticKind::kLayerInvalid);
}

TEST_F(StoredContentTest, FilesInOrderCostOneReadingOfTheBlob) {
  std::vector<TarFile> files;
  for (int i = 100; i < 200; ++i) {
    files.push_back({.name = "f" + std::to_string(i), .content = std::to_string(i)});
  }
  ASSERT_TRUE(Push(files).ok());
  store_.opened = 0;
  for (int i = 100; i < 200; ++i) {
    EXPECT_EQ(Read("f" + std::to_string(i)), std::to_string(i));
  }
  EXPECT_LE(store_.opened, 2);  // one of them to learn where each file is
  EXPECT_EQ(Read("f100"), "100");
}

TEST_F(StoredContentTest, ReadersOfOneLayerDoNotDisturbEachOther) {
  ASSERT_TRUE(Push({{.name = "a", .content = "first"}, {.name = "b", .content = "second"}}).ok());
  const auto a = tree_.Open("a");
  const auto b = tree_.Open("b");
  std::array<char, 16> buffer;
  EXPECT_EQ(*(*b)->Read(buffer), 6u);
  EXPECT_EQ(std::string_view(buffer.data(), 6), "second");
  EXPECT_EQ(*(*a)->Read(buffer), 5u);
  EXPECT_EQ(std::string_view(buffer.data(), 5), "first");
}

}  // namespace
}  // namespace cooper
