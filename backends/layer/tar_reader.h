// Reads the entries of a tar: ustar, pax, GNU tar and v7, strictly.
//
// A parser of our own because layers are bytes: libarchive passes pax names
// through the locale and composes their accents, which renames files, and reads
// over malformed records that other tools take differently.

#ifndef COOPER_BACKENDS_LAYER_TAR_READER_H_
#define COOPER_BACKENDS_LAYER_TAR_READER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "backends/filesystem/tree/content.h"
#include "backends/layer/layer_reader.h"
#include "backends/layer/pax_records.h"
#include "backends/layer/sparse_map.h"
#include "backends/layer/tar_fields.h"
#include "backends/layer/tar_stream.h"
#include "ir/base/result.h"

namespace cooper {

// Paths come out clean and inside the root, `.wh.` names as they stand. Hard
// links name clean paths, too. Types that cooper does not know are kLayerInvalid;
// header fields that POSIX gives no meaning, such as a directory's size, are not read.
class TarReader : public EntrySource {
 public:
  TarReader(std::unique_ptr<ContentReader> source, const ArchiveLimits& limits);

  Result<std::optional<TreeEntry>> Next() override;
  ContentReader& content() override { return content_; }
  // After the end: reads the rest and returns the digest of the whole stream.
  Result<Digest> Finish();

 private:
  // The content of the current entry, holes filled with zeros.
  class EntryContent : public ContentReader {
   public:
    explicit EntryContent(TarReader& reader) : reader_(reader) {}
    Result<size_t> Read(std::span<char> buffer) override { return reader_.ReadContent(buffer); }

   private:
    TarReader& reader_;
  };

  // What headers before an entry said about it.
  struct Pending {
    std::optional<std::string> long_name;
    std::optional<std::string> long_link;
    std::optional<PaxRecords> pax;

    bool any() const { return long_name || long_link || pax; }
  };

  Result<std::optional<TarFields>> NextHeader();
  Result<std::string> ReadPayload(uint64_t size, uint64_t limit, const char* what);
  Status TakeExtension(const TarFields& fields, Pending& pending);
  Result<TreeEntry> MakeEntry(const TarFields& fields, Pending pending);
  Status StartContent(TarFields& fields, const PaxRecords& pax, TreeEntry& entry);
  Status CheckNames(const TreeEntry& entry) const;
  Result<size_t> ReadContent(std::span<char> buffer);

  ArchiveLimits limits_;
  TarStream stream_;
  EntryContent content_{*this};
  std::array<char, kTarBlock> block_{};
  uint64_t entries_ = 0;
  uint64_t expanded_left_;  // of the limit, for holes, which the stream does not have
  bool ended_ = false;
  // Of the current entry.
  SparseMap map_;
  size_t extent_ = 0;
  uint64_t position_ = 0;
  uint64_t data_left_ = 0;
  size_t padding_ = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_LAYER_TAR_READER_H_
