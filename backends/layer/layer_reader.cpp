#include "backends/layer/layer_reader.h"

#include <algorithm>
#include <cstring>

#include "backends/layer/codec/decoder.h"
#include "backends/layer/tar_reader.h"
#include "backends/layer/whiteout_decoder.h"

namespace cooper {
namespace {

class TarLayerReader final : public LayerReader {
 public:
  TarLayerReader(std::unique_ptr<ContentReader> tar, const ArchiveLimits& limits)
      : tar_(std::move(tar), limits) {}

  Result<std::optional<TreeEntry>> Next() override {
    std::optional<TreeEntry> entry = std::exchange(held_, std::nullopt);
    if (!entry) {
      COOPER_ASSIGN_OR_RETURN(entry, NextMeaning());
    }
    if (!entry || entry->type != EntryType::kDirectory) return entry;
    // Most layers have an opaque mark right behind its directory: one entry, then.
    // Looking ahead passes no content, as directories have none.
    COOPER_ASSIGN_OR_RETURN(held_, NextMeaning());
    if (held_ && held_->opaque && held_->path == entry->path) return std::exchange(held_, {});
    return entry;
  }

  ContentReader& content() override { return tar_.content(); }

  Result<Digest> DiffId() override { return tar_.Finish(); }

 private:
  Result<std::optional<TreeEntry>> NextMeaning() {
    for (;;) {
      COOPER_ASSIGN_OR_RETURN(std::optional<TreeEntry> entry, tar_.Next());
      if (!entry) return entry;
      COOPER_ASSIGN_OR_RETURN(entry, whiteouts_.Decode(*std::move(entry)));
      if (entry) return entry;
    }
  }

  TarReader tar_;
  WhiteoutDecoder whiteouts_;
  std::optional<TreeEntry> held_;
};

// The first bytes, which detection has read, and then the rest.
class ReplayReader final : public ContentReader {
 public:
  ReplayReader(std::string head, ContentReader& rest) : head_(std::move(head)), rest_(rest) {}

  Result<size_t> Read(std::span<char> buffer) override {
    if (at_ == head_.size()) return rest_.Read(buffer);
    const size_t size = std::min(buffer.size(), head_.size() - at_);
    std::memcpy(buffer.data(), head_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  std::string head_;
  size_t at_ = 0;
  ContentReader& rest_;
};

// As ReplayReader, over a stream it owns.
class OwnedReplayReader final : public ContentReader {
 public:
  OwnedReplayReader(std::string head, std::unique_ptr<ContentReader> rest)
      : rest_(std::move(rest)), replay_(std::move(head), *rest_) {}
  Result<size_t> Read(std::span<char> buffer) override { return replay_.Read(buffer); }

 private:
  std::unique_ptr<ContentReader> rest_;
  ReplayReader replay_;
};

Result<std::string> ReadBlock(ContentReader& content) {
  std::string block(kTarBlock, '\0');
  size_t done = 0;
  while (done < block.size()) {
    COOPER_ASSIGN_OR_RETURN(const size_t size, content.Read(std::span(block).subspan(done)));
    if (size == 0) break;
    done += size;
  }
  block.resize(done);
  return block;
}

bool BeginsTar(const std::string& block) {
  return block.size() == kTarBlock && HasTarChecksum(TarBlock(block.data(), kTarBlock));
}

// The decompressing stream for what begins with `head`, or null for plain bytes.
Result<std::unique_ptr<ContentReader>> Decompress(std::string_view head,
                                                  std::unique_ptr<ContentReader>& content) {
  if (head.starts_with("\x1f\x8b")) return MakeGzipDecoder(std::move(content));
  if (head.starts_with("\x28\xb5\x2f\xfd")) return MakeZstdDecoder(std::move(content));
  if (head.starts_with("BZh")) {
    return MakeFilterDecoder(std::move(content), ArchiveFilter::kBzip2);
  }
  if (head.starts_with(std::string_view("\xfd\x37\x7a\x58\x5a\x00", 6))) {
    return MakeFilterDecoder(std::move(content), ArchiveFilter::kXz);
  }
  return std::unique_ptr<ContentReader>();
}

}  // namespace

Result<std::unique_ptr<LayerReader>> OpenLayer(std::unique_ptr<ContentReader> blob,
                                               Compression compression,
                                               const ArchiveLimits& limits) {
  std::unique_ptr<ContentReader> tar = std::move(blob);
  if (compression == Compression::kGzip) {
    COOPER_ASSIGN_OR_RETURN(tar, MakeGzipDecoder(std::move(tar)));
  } else if (compression == Compression::kZstd) {
    COOPER_ASSIGN_OR_RETURN(tar, MakeZstdDecoder(std::move(tar)));
  }
  return std::unique_ptr<LayerReader>(std::make_unique<TarLayerReader>(std::move(tar), limits));
}

Result<std::optional<std::unique_ptr<EntrySource>>> OpenArchive(ContentReader& content,
                                                                const ArchiveLimits& limits) {
  using Opened = std::optional<std::unique_ptr<EntrySource>>;
  COOPER_ASSIGN_OR_RETURN(std::string head, ReadBlock(content));
  const std::string magic = head.substr(0, 6);
  bool is_tar = BeginsTar(head);
  std::unique_ptr<ContentReader> stream = std::make_unique<ReplayReader>(std::move(head), content);
  COOPER_ASSIGN_OR_RETURN(std::unique_ptr<ContentReader> expanded, Decompress(magic, stream));
  if (expanded) {
    // A file that only looks compressed is no archive, and no fault.
    Result<std::string> block = ReadBlock(*expanded);
    if (!block.ok()) {
      if (block.error().kind() == DiagnosticKind::kLayerInvalid) return Opened();
      return std::move(block).error();
    }
    is_tar = BeginsTar(*block);
    stream = std::make_unique<OwnedReplayReader>(*std::move(block), std::move(expanded));
  }
  if (!is_tar) return Opened();
  return Opened(std::make_unique<TarReader>(std::move(stream), limits));
}

}  // namespace cooper
