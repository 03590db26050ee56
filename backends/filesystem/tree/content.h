// Streams of file content and of entries: the joints between reading a tree and
// writing a layer or a directory.

#ifndef COOPER_BACKENDS_FILESYSTEM_TREE_CONTENT_H_
#define COOPER_BACKENDS_FILESYSTEM_TREE_CONTENT_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "backends/filesystem/tree/tree_entry.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"

namespace cooper {

// The bytes of one file, front to back.
class ContentReader {
 public:
  virtual ~ContentReader() = default;
  // Fills as much of `buffer` as there is; 0 at the end.
  virtual Result<size_t> Read(std::span<char> buffer) = 0;

  // The digest of the whole content, if it is known without reading.
  virtual std::optional<Digest> KnownDigest() const { return std::nullopt; }
  // Told by whoever read the whole content and hashed it.
  virtual void LearnDigest(const Digest&) {}
};

// Where the files of one layer, or of a context, have their bytes.
class ContentStore {
 public:
  virtual ~ContentStore() = default;
  // Opens the file of `entry` (kFile). Safe to call from several threads.
  virtual Result<std::unique_ptr<ContentReader>> Open(const TreeEntry& entry) const = 0;
};

// A sequence of entries, such as a tar stream or a directory walk.
class EntrySource {
 public:
  virtual ~EntrySource() = default;
  // The next entry, or nothing at the end.
  virtual Result<std::optional<TreeEntry>> Next() = 0;
  // The content of the entry that Next just returned; valid until the next call.
  virtual ContentReader& content() = 0;
};

// Takes the entries of one layer, in the order of application: parents before
// children, a file before its hard links.
class EntrySink {
 public:
  virtual ~EntrySink() = default;
  // `content` is null unless the entry is a file with size_bytes > 0; exactly
  // size_bytes are read from it, and a source that ends early is an error.
  virtual Status Add(const TreeEntry& entry, ContentReader* content) = 0;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TREE_CONTENT_H_
