// Bytes a second through the layer writer, by compression.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "backends/layer/layer_writer.h"

namespace cooper {
namespace {

constexpr size_t kFileBytes = 64 * 1024;
constexpr int kFiles = 512;

// Text-like bytes, about as compressible as programs and libraries are; no two files alike.
std::string Content(int number) {
  std::string content;
  uint64_t random = 0x9E3779B97F4A7C15 + static_cast<uint64_t>(number);
  while (content.size() < kFileBytes) {
    random = random * 6364136223846793005 + 1442695040888963407;
    content.append("segment").append(std::to_string(random >> 44));
    content.append(16, static_cast<char>(random >> 56));
  }
  content.resize(kFileBytes);
  return content;
}

class StringReader : public ContentReader {
 public:
  explicit StringReader(const std::string& content) : content_(content) {}
  Result<size_t> Read(std::span<char> buffer) override {
    const size_t taken = std::min(buffer.size(), content_.size() - offset_);
    std::memcpy(buffer.data(), content_.data() + offset_, taken);
    offset_ += taken;
    return taken;
  }

 private:
  const std::string& content_;
  size_t offset_ = 0;
};

void Write(benchmark::State& state, Compression compression) {
  std::vector<std::string> contents;
  for (int number = 0; number < kFiles; ++number) contents.push_back(Content(number));
  uint64_t written_bytes = 0;
  for ([[maybe_unused]] auto _ : state) {
    written_bytes = 0;
    LayerWriter writer({.compression = compression, .threads = 2}, [&](std::string_view bytes) {
      written_bytes += bytes.size();
      return Status();
    });
    for (int number = 0; number < kFiles; ++number) {
      const std::string& content = contents[static_cast<size_t>(number)];
      TreeEntry entry;
      entry.path = "file-" + std::to_string(number);
      entry.mode = 0644;
      entry.size_bytes = content.size();
      StringReader reader(content);
      if (!writer.Add(entry, &reader).ok()) state.SkipWithError("an entry was refused");
    }
    if (!writer.Finish().ok()) state.SkipWithError("the layer was not finished");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kFileBytes) * kFiles);
  state.counters["ratio"] =
      static_cast<double>(kFileBytes) * kFiles / static_cast<double>(written_bytes);
}
BENCHMARK_CAPTURE(Write, uncompressed, Compression::kNone)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK_CAPTURE(Write, gzip, Compression::kGzip)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK_CAPTURE(Write, zstd, Compression::kZstd)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace cooper
