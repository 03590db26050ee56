#include "backends/export/testing/export_fixture.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/Support/CRC.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "backends/export/archive/tar_stream_writer.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

std::string LittleEndian(uint32_t value, size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

// A gzip member of one stored block (RFC 1952, RFC 1951 section 3.2.4).
std::string Gzip(const std::string& bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  const uint32_t checksum =
      llvm::crc32(llvm::ArrayRef(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
  return std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff\x01", 11) + LittleEndian(size, 2) +
         LittleEndian(~size, 2) + bytes + LittleEndian(checksum, 4) + LittleEndian(size, 4);
}

std::string LayerTar(std::string_view name, std::string_view content) {
  std::string bytes;
  TarStreamWriter tar([&](std::string_view piece) {
    bytes += piece;
    return Ok();
  });
  EXPECT_TRUE(tar.AddFile(name, content).ok());
  EXPECT_TRUE(tar.Finish().ok());
  return bytes;
}

uint64_t Octal(std::string_view field) {
  return std::strtoull(std::string(field.data(), field.find('\0')).c_str(), nullptr, 8);
}

}  // namespace

void ExportFixture::SetUp() {
  auto store = Store::Open(directory_ / "store");
  ASSERT_TRUE(store.ok()) << store.error().message();
  store_ = std::move(*store);

  const std::string plain = LayerTar("motd", "hello\n");
  const std::string packed = LayerTar("issue", "image\n");
  layer_bytes_ = {plain, Gzip(packed)};
  ImageConfig config;
  config.created = "2024-01-02T03:04:05Z";
  config.platform = {.os = "linux", .architecture = "amd64", .variant = ""};
  config.config.env = {"PATH=/bin"};
  config.diff_ids = {Digest::Of(plain), Digest::Of(packed)};
  config.history = {
      HistoryEntry{
          .created = config.created, .created_by = "COPY motd /", .author = {}, .comment = {}},
      HistoryEntry{
          .created = config.created, .created_by = "COPY issue /", .author = {}, .comment = {}}};
  std::vector<Descriptor> layers;
  for (const std::string& bytes : layer_bytes_) {
    const auto digest = store_->PutBlob(bytes);
    ASSERT_TRUE(digest.ok());
    layers.push_back({.media_type = std::string(layers.empty() ? media_type::kOciLayer
                                                               : media_type::kOciLayerGzip),
                      .digest = *digest,
                      .size_bytes = bytes.size(),
                      .annotations = {},
                      .platform = {}});
  }
  image_ = MakeImage(std::move(config), std::move(layers));
}

void ExportFixture::DamageLayer(size_t number, std::string_view bytes) {
  WriteTestFile(directory_ / ("store/blobs/sha256/" + image_.manifest.layers[number].digest.Hex()),
                bytes);
}

Reference ExportFixture::Name(std::string_view text) {
  auto reference = Reference::Parse(text);
  EXPECT_TRUE(reference.ok()) << text;
  return std::move(*reference);
}

ReadTar::ReadTar(std::string_view archive) {
  constexpr size_t kBlock = 512;
  EXPECT_EQ(archive.size() % kBlock, 0u);
  std::optional<uint64_t> pax_size;
  while (archive.size() >= kBlock && archive[0] != '\0') {
    const std::string_view header = archive.substr(0, kBlock);
    uint64_t sum = 8 * ' ';
    for (size_t i = 0; i < kBlock; ++i) {
      if (i < 148 || i >= 156) sum += static_cast<unsigned char>(header[i]);
    }
    EXPECT_EQ(Octal(header.substr(148, 8)), sum);
    EXPECT_EQ(header.substr(257, 8), std::string_view("ustar\00000", 8));
    const std::string name(header.substr(0, header.find('\0')));
    const uint64_t size = pax_size.value_or(Octal(header.substr(124, 12)));
    pax_size.reset();
    const std::string_view content = archive.substr(kBlock, size);
    if (header[156] == 'x') {
      EXPECT_EQ(std::strtoull(content.data(), nullptr, 10), content.size());
      pax_size = std::strtoull(content.data() + content.find('=') + 1, nullptr, 10);
    } else {
      names.push_back(name);
      files[name] = {.content = std::string(content),
                     .mode = static_cast<uint32_t>(Octal(header.substr(100, 8))),
                     .mtime = Octal(header.substr(136, 12)),
                     .uid = Octal(header.substr(108, 8)),
                     .type = header[156]};
    }
    const uint64_t skip = kBlock + (size + kBlock - 1) / kBlock * kBlock;
    archive.remove_prefix(std::min<uint64_t>(skip, archive.size()));
  }
  EXPECT_EQ(archive, std::string(2 * kBlock, '\0'));
}

std::optional<ToolResult> RunTool(const std::string& program, const std::string& arguments) {
  if (std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) != 0) return std::nullopt;
  ToolResult result;
  FILE* const pipe = popen((program + " " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  char buffer[4096];
  for (size_t count; (count = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    result.output.append(buffer, count);
  }
  const int status = pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace cooper
