#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <vector>

#include "backends/layer/codec/decoder.h"

namespace cooper {
namespace {

class FilterDecoder final : public ContentReader {
 public:
  FilterDecoder(std::unique_ptr<ContentReader> source, archive* reader)
      : source_(std::move(source)), reader_(reader), input_(size_t{64} << 10) {}
  ~FilterDecoder() override { archive_read_free(reader_); }
  FilterDecoder(const FilterDecoder&) = delete;
  FilterDecoder& operator=(const FilterDecoder&) = delete;

  Status Open(ArchiveFilter filter) {
    const int code = filter == ArchiveFilter::kXz ? archive_read_support_filter_xz(reader_)
                                                  : archive_read_support_filter_bzip2(reader_);
    // A warning means that libarchive would start a program to decompress.
    if (code != ARCHIVE_OK || archive_read_support_format_raw(reader_) != ARCHIVE_OK) {
      return Error(DiagnosticKind::kUnsupported, "this libarchive was built without bzip2 or xz");
    }
    return Ok();
  }

  Result<size_t> Read(std::span<char> buffer) override {
    if (!started_) {
      started_ = true;
      archive_entry* entry = nullptr;
      if (archive_read_open(reader_, this, nullptr, &FilterDecoder::Feed, nullptr) != ARCHIVE_OK) {
        return Failed();
      }
      const int code = archive_read_next_header(reader_, &entry);
      if (code == ARCHIVE_EOF) return size_t{0};
      if (code != ARCHIVE_OK) return Failed();
    }
    const la_ssize_t size = archive_read_data(reader_, buffer.data(), buffer.size());
    if (size < 0) return Failed();
    return static_cast<size_t>(size);
  }

 private:
  static la_ssize_t Feed(archive* reader, void* self, const void** bytes) {
    auto& decoder = *static_cast<FilterDecoder*>(self);
    Result<size_t> size = decoder.source_->Read(decoder.input_);
    if (!size.ok()) {
      archive_set_error(reader, EIO, "%s", size.error().message().c_str());
      decoder.source_error_ = std::move(size).error();
      return ARCHIVE_FATAL;
    }
    *bytes = decoder.input_.data();
    return static_cast<la_ssize_t>(*size);
  }

  Error Failed() const {
    if (source_error_) return *source_error_;
    const char* reason = archive_error_string(reader_);
    return {DiagnosticKind::kLayerInvalid,
            fmt::format("decompressing failed: {}", reason != nullptr ? reason : "unknown reason")};
  }

  std::unique_ptr<ContentReader> source_;
  archive* reader_;
  std::vector<char> input_;
  std::optional<Error> source_error_;
  bool started_ = false;
};

}  // namespace

Result<std::unique_ptr<ContentReader>> MakeFilterDecoder(std::unique_ptr<ContentReader> source,
                                                         ArchiveFilter filter) {
  archive* reader = archive_read_new();
  if (reader == nullptr) return Error(DiagnosticKind::kStore, "libarchive: out of memory");
  auto decoder = std::make_unique<FilterDecoder>(std::move(source), reader);
  COOPER_RETURN_IF_ERROR(decoder->Open(filter));
  return std::unique_ptr<ContentReader>(std::move(decoder));
}

}  // namespace cooper
