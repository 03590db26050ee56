#include "backends/source/content_digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "backends/filesystem/tree/link_resolver.h"
#include "ir/base/sha256.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// Of the content of files: that may be known without reading.
class ContentDigests {
 public:
  // Nothing for an entry without content. `path` is what an error calls it.
  Result<std::optional<Digest>> Of(const TreeEntry& entry, std::string_view path,
                                   ContentReader* content) {
    if (entry.type != EntryType::kFile || entry.size_bytes == 0) return std::optional<Digest>();
    if (const std::optional<Digest> known = content->KnownDigest()) return known;
    COOPER_ASSIGN_OR_RETURN(const Digest digest, Read(entry, path, *content));
    content->LearnDigest(digest);
    return std::optional(digest);
  }

 private:
  static constexpr size_t kBufferBytes = 128 << 10;

  Result<Digest> Read(const TreeEntry& entry, std::string_view path, ContentReader& content) {
    Sha256 sha;
    uint64_t left = entry.size_bytes;
    while (left > 0) {
      const size_t want = static_cast<size_t>(std::min<uint64_t>(left, kBufferBytes));
      COOPER_ASSIGN_OR_RETURN(const size_t got, content.Read({buffer_.get(), want}));
      if (got == 0) {
        return Error(
            DiagnosticKind::kContext,
            fmt::format("`{}` ended {} bytes early; it changed while it was read", path, left));
      }
      sha.Update({buffer_.get(), got});
      left -= got;
    }
    return sha.Finish();
  }

  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kBufferBytes);
};

class Digester : public SelectionVisitor {
 public:
  explicit Digester(bool parents) {
    sha_.UpdateFramed("cooper content 3");
    sha_.UpdateFramed(parents ? 1 : 0);
  }

  void BeginPattern(const std::string&) override { sha_.UpdateFramed("source"); }

  void BeginSource(const std::string& path, const TreeEntry& entry) override {
    const bool is_directory = entry.type == EntryType::kDirectory;
    sha_.UpdateFramed("path");
    sha_.UpdateFramed(is_directory ? std::string_view() : LastName(path));
    // COPY makes a directory of its own for the contents; a mount shows this one.
    if (is_directory) AddMetadata(entry);
  }

  Status Add(const TreeEntry& entry, ContentReader* content) override {
    sha_.UpdateFramed("entry");
    sha_.UpdateFramed(BelowTop(entry.path));
    AddMetadata(entry);
    if (entry.type != EntryType::kFile) return Ok();
    sha_.UpdateFramed(entry.size_bytes);
    COOPER_ASSIGN_OR_RETURN(const std::optional<Digest> digest,
                            contents_.Of(entry, BelowTop(entry.path), content));
    if (digest) {
      sha_.UpdateFramed(
          std::string_view(reinterpret_cast<const char*>(digest->bytes().data()), Digest::kBytes));
    }
    return Ok();
  }

  Digest Finish() { return sha_.Finish(); }

 private:
  // Everything of an entry but path, time and content.
  void AddMetadata(const TreeEntry& entry) {
    sha_.UpdateFramed(static_cast<uint64_t>(entry.type));
    sha_.UpdateFramed(entry.mode);
    sha_.UpdateFramed(entry.uid);
    sha_.UpdateFramed(entry.gid);
    sha_.UpdateFramed(entry.type == EntryType::kHardLink ? BelowTop(entry.link) : entry.link);
    sha_.UpdateFramed(entry.device_major);
    sha_.UpdateFramed(entry.device_minor);
    sha_.UpdateFramed(entry.xattrs.size());
    for (const auto& [name, value] : entry.xattrs) {
      sha_.UpdateFramed(name);
      sha_.UpdateFramed(value);
    }
  }

  Sha256 sha_;
  ContentDigests contents_;
};

std::string_view NameOf(EntryType type) {
  switch (type) {
    case EntryType::kFile:
      return "file";
    case EntryType::kDirectory:
      return "directory";
    case EntryType::kSymlink:
      return "symlink";
    case EntryType::kHardLink:
      return "hard link";
    case EntryType::kCharDevice:
    case EntryType::kBlockDevice:
      return "device";
    case EntryType::kFifo:
      return "fifo";
    case EntryType::kWhiteout:
      return "whiteout";
  }
  return "";
}

class Lister : public SelectionVisitor {
 public:
  Lister(bool parents, size_t most) : parents_(parents), most_(most) {}

  void BeginPattern(const std::string& pattern) override {
    // What is kept of a path begins behind "/./".
    const size_t pivot = pattern.find("/./");
    source_ = pivot == std::string::npos ? "" : CleanTreePath(pattern.substr(0, pivot));
  }
  void BeginSource(const std::string& path, const TreeEntry&) override { source_ = path; }

  Status Add(const TreeEntry& entry, ContentReader* content) override {
    const std::string_view below = BelowTop(entry.path);
    if (parents_ && below.empty()) return Ok();  // the place that paths are copied to
    if (++count_ > most_) {
      files_.clear();
      return Ok();
    }
    std::string path = source_;
    if (!path.empty() && !below.empty()) path += '/';
    path += below;
    COOPER_ASSIGN_OR_RETURN(const std::optional<Digest> digest, contents_.Of(entry, path, content));
    files_.push_back({.path = EscapeForTerminal(path.empty() ? "." : path),
                      .attributes = Attributes(entry),
                      .content = digest});
    return Ok();
  }

  std::vector<KeyFile> Take() { return std::move(files_); }

 private:
  static std::string Attributes(const TreeEntry& entry) {
    std::string text =
        fmt::format("{} {:04o} {}:{}", NameOf(entry.type), entry.mode, entry.uid, entry.gid);
    if (!entry.link.empty()) text += " -> " + entry.link;
    if (entry.device_major != 0 || entry.device_minor != 0) {
      text += fmt::format(" {}:{}", entry.device_major, entry.device_minor);
    }
    for (const auto& [name, value] : entry.xattrs) {
      text += fmt::format(" {}={}", name, Digest::Of(value).ShortHex());
    }
    return EscapeForTerminal(text);
  }

  const bool parents_;
  const size_t most_;
  ContentDigests contents_;
  size_t count_ = 0;
  std::string source_;  // the path of what is at kTop
  std::vector<KeyFile> files_;
};

}  // namespace

Result<Digest> DigestSelection(const FileTree& tree, const Selection& selection,
                               const std::stop_token& stop) {
  Digester digester(selection.parents);
  COOPER_RETURN_IF_ERROR(VisitSelection(tree, selection, digester, stop));
  return digester.Finish();
}

Result<std::vector<KeyFile>> ListSelection(const FileTree& tree, const Selection& selection,
                                           const std::stop_token& stop, size_t most) {
  Lister lister(selection.parents, most);
  COOPER_RETURN_IF_ERROR(VisitSelection(tree, selection, lister, stop));
  return lister.Take();
}

}  // namespace cooper
