#include "backends/layer/layer_writer.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "backends/filesystem/tree/string_reader.h"
#include "gtest/gtest.h"

namespace cooper {
namespace {

struct Input {
  TreeEntry entry;
  std::string content;
};

Input File(std::string path, std::string content) {
  TreeEntry entry;
  entry.path = std::move(path);
  entry.mode = 0644;
  entry.size_bytes = content.size();
  return {std::move(entry), std::move(content)};
}

struct Output {
  WrittenLayer layer;
  std::string bytes;
  std::vector<std::string> pieces;
};

Output Write(const std::vector<Input>& inputs, LayerWriterOptions options) {
  Output output;
  LayerWriter writer(options, [&output](std::string_view bytes) {
    output.bytes += bytes;
    output.pieces.emplace_back(bytes);
    return Ok();
  });
  for (const Input& input : inputs) {
    StringReader reader(input.content);
    const Status status = writer.Add(input.entry, input.entry.size_bytes > 0 ? &reader : nullptr);
    EXPECT_TRUE(status.ok()) << status.error().message();
  }
  const Result<WrittenLayer> layer = writer.Finish();
  EXPECT_TRUE(layer.ok());
  if (layer.ok()) output.layer = *layer;
  return output;
}

// Bytes that compress, but not to nothing; cheap to make without optimisation.
std::string Noise(size_t size, uint64_t seed) {
  std::string text(size, '\0');
  for (size_t i = 0; i + 8 <= size; i += 8) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    const uint64_t word = seed >> 8 & 0x0f0f0f0f0f0f0f0fU;
    std::memcpy(text.data() + i, &word, sizeof word);
  }
  return text;
}

std::vector<Input> ManyFiles() {
  std::vector<Input> inputs;
  for (uint64_t i = 0; i < 240; ++i) {
    inputs.push_back(File("small/" + std::to_string(i), Noise(i * 97 % 20000, i)));
  }
  inputs.push_back(File("large", Noise((size_t{1} << 20) + 123456, 7)));
  inputs.push_back(File("last", "end"));
  return inputs;
}

TEST(LayerWriter, EmptyLayerIsTwoZeroBlocks) {
  const Output output = Write({}, {.compression = Compression::kNone});
  EXPECT_EQ(output.bytes, std::string(1024, '\0'));
  EXPECT_EQ(output.layer.diff_id, Digest::Of(output.bytes));
}

TEST(LayerWriter, BytesDoNotDependOnTheNumberOfThreads) {
  const std::vector<Input> inputs = ManyFiles();
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    const Output one = Write(inputs, {.compression = compression, .threads = 1});
    const Output four = Write(inputs, {.compression = compression, .threads = 4});
    EXPECT_EQ(one.bytes, four.bytes);
    EXPECT_EQ(one.layer.size_bytes, one.bytes.size());
    const Output plain = Write(inputs, {.compression = Compression::kNone});
    EXPECT_EQ(one.layer.diff_id, Digest::Of(plain.bytes));
    EXPECT_EQ(one.layer.tar_bytes, plain.bytes.size());
  }
}

TEST(LayerWriter, PiecesAreNeitherTinyNorHuge) {
  const Output plain = Write(ManyFiles(), {.compression = Compression::kNone});
  size_t small = 0;
  for (const std::string& piece : plain.pieces) {
    EXPECT_LE(piece.size(), size_t{2} << 20);
    small += piece.size() < (size_t{1} << 19) ? 1 : 0;
  }
  EXPECT_GE(plain.pieces.size(), 4U);
  // The end of the layer, and before and at the end of a large file.
  EXPECT_LE(small, 3U);
}

TEST(LayerWriter, ChangingOneFileChangesFewPieces) {
  std::vector<Input> inputs = ManyFiles();
  const Output before = Write(inputs, {.threads = 2});
  inputs[40] = File(inputs[40].entry.path, Noise(30000, 99));
  inputs.insert(inputs.begin() + 50, File("small/new", "new"));
  const Output after = Write(inputs, {.threads = 2});
  const auto kept = std::count_if(after.pieces.begin(), after.pieces.end(), [&](const auto& piece) {
    return std::find(before.pieces.begin(), before.pieces.end(), piece) != before.pieces.end();
  });
  EXPECT_GE(kept, static_cast<long>(after.pieces.size()) - 2);
}

class MemoryPieces : public PieceCache {
 public:
  std::optional<Found> Find(const Digest& key, std::span<char> out) override {
    const std::lock_guard lock(mutex_);
    const auto found = pieces_.find(key);
    if (found == pieces_.end()) return std::nullopt;
    ++hits_;
    std::memcpy(out.data(), found->second.data(), found->second.size());
    return Found{.size_bytes = found->second.size(), .digest = Digest::Of(found->second)};
  }
  void Keep(const Output& output) {
    for (const WrittenPiece& piece : output.layer.pieces) {
      pieces_[piece.key] = output.bytes.substr(piece.offset, piece.size_bytes);
      EXPECT_EQ(piece.digest, Digest::Of(pieces_[piece.key]));
    }
  }
  size_t hits() const { return hits_; }

 private:
  std::mutex mutex_;
  std::map<Digest, std::string> pieces_;
  size_t hits_ = 0;
};

TEST(LayerWriter, PiecesOfAnEarlierLayerChangeNoByte) {
  std::vector<Input> inputs = ManyFiles();
  MemoryPieces pieces;
  const Output before = Write(inputs, {.threads = 2, .pieces = &pieces});
  EXPECT_EQ(before.layer.pieces.size(), before.pieces.size());
  EXPECT_EQ(pieces.hits(), 0U);
  pieces.Keep(before);
  inputs[40] = File(inputs[40].entry.path, Noise(30000, 99));
  for (const unsigned threads : {1U, 4U}) {
    const size_t hits = pieces.hits();
    const Output with = Write(inputs, {.threads = threads, .pieces = &pieces});
    const Output without = Write(inputs, {.threads = threads});
    EXPECT_EQ(with.bytes, without.bytes);
    EXPECT_EQ(with.layer.diff_id, without.layer.diff_id);
    EXPECT_EQ(with.layer.pieces.size(), with.pieces.size());
    EXPECT_GE(pieces.hits() - hits, with.pieces.size() - 1);
    EXPECT_LT(pieces.hits() - hits, with.pieces.size());
  }
}

TEST(LayerWriter, PiecesOfAnotherCompressionAreOtherPieces) {
  const std::vector<Input> inputs = ManyFiles();
  MemoryPieces pieces;
  pieces.Keep(Write(inputs, {.pieces = &pieces}));
  Write(inputs, {.level = 1, .pieces = &pieces});
  Write(inputs, {.compression = Compression::kZstd, .pieces = &pieces});
  EXPECT_TRUE(
      Write(inputs, {.compression = Compression::kNone, .pieces = &pieces}).layer.pieces.empty());
  EXPECT_EQ(pieces.hits(), 0U);
}

TEST(LayerWriter, AFileThatShrankIsAnErrorThatStays) {
  LayerWriter writer({}, [](std::string_view) { return Ok(); });
  Input input = File("f", "12345");
  StringReader reader("123");
  const Status status = writer.Add(input.entry, &reader);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "`f` ended after 3 of 5 bytes; it changed while it was read");
  EXPECT_FALSE(writer.Finish().ok());
}

TEST(LayerWriter, AnErrorOfTheOutputStopsTheLayer) {
  LayerWriter writer({.threads = 2}, [](std::string_view) -> Status {
    return Error(DiagnosticKind::kOutput, "disk full");
  });
  const Input input = File("f", Noise(size_t{12} << 20, 1));
  StringReader reader(input.content);
  EXPECT_FALSE(writer.Add(input.entry, &reader).ok());
}

TEST(LayerWriter, RefusesLevelsThatDoNotExist) {
  LayerWriter writer({.level = 99}, [](std::string_view) { return Ok(); });
  EXPECT_EQ(writer.Finish().error().kind(), DiagnosticKind::kUsage);
}

}  // namespace
}  // namespace cooper
