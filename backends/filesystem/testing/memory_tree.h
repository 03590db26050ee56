// Small trees in memory, and a sink that remembers, for unit tests.
//
//   const FileTree tree = MemoryTree({MemoryLayer().Directory("etc").File("etc/x", "text")});

#ifndef COOPER_BACKENDS_FILESYSTEM_TESTING_MEMORY_TREE_H_
#define COOPER_BACKENDS_FILESYSTEM_TESTING_MEMORY_TREE_H_

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/filesystem/tree/content.h"
#include "backends/filesystem/tree/file_tree.h"
#include "backends/filesystem/tree/string_reader.h"

namespace cooper {

// Content by path.
class MemoryContent : public ContentStore {
 public:
  explicit MemoryContent(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  Result<std::unique_ptr<ContentReader>> Open(const TreeEntry& entry) const override {
    const auto it = files_.find(entry.path);
    if (it == files_.end()) return Error(DiagnosticKind::kInternal, "no content: " + entry.path);
    return std::unique_ptr<ContentReader>(std::make_unique<StringReader>(it->second));
  }

 private:
  std::map<std::string, std::string> files_;
};

// Every entry gets mtime 1 unless it was added by Entry.
class MemoryLayer {
 public:
  MemoryLayer& Directory(std::string path, uint32_t mode = 0755, uint32_t uid = 0,
                         uint32_t gid = 0) {
    return Entry(Make(std::move(path), EntryType::kDirectory, mode, uid, gid));
  }
  MemoryLayer& Opaque(std::string path) {
    TreeEntry entry = Make(std::move(path), EntryType::kDirectory, 0755, 0, 0);
    entry.opaque = true;
    return Entry(std::move(entry));
  }
  MemoryLayer& File(std::string path, std::string content = "", uint32_t mode = 0644,
                    uint32_t uid = 0, uint32_t gid = 0) {
    return Entry(Make(std::move(path), EntryType::kFile, mode, uid, gid), std::move(content));
  }
  MemoryLayer& Symlink(std::string path, std::string target) {
    TreeEntry entry = Make(std::move(path), EntryType::kSymlink, 0777, 0, 0);
    entry.link = std::move(target);
    return Entry(std::move(entry));
  }
  MemoryLayer& HardLink(std::string path, std::string first) {
    TreeEntry entry = Make(std::move(path), EntryType::kHardLink, 0644, 0, 0);
    entry.link = std::move(first);
    return Entry(std::move(entry));
  }
  MemoryLayer& Whiteout(std::string path) {
    return Entry(Make(std::move(path), EntryType::kWhiteout, 0, 0, 0));
  }
  MemoryLayer& Entry(TreeEntry entry, std::string content = "") {
    if (entry.type == EntryType::kFile) {
      entry.size_bytes = content.size();
      files_[entry.path] = std::move(content);
    }
    entries_.push_back(std::move(entry));
    return *this;
  }

  const std::vector<TreeEntry>& entries() const { return entries_; }
  const std::map<std::string, std::string>& files() const { return files_; }

  TreeLayer Build() const {
    return {.index = std::make_shared<LayerIndex>(entries_),
            .content = std::make_shared<MemoryContent>(files_)};
  }

 private:
  static TreeEntry Make(std::string path, EntryType type, uint32_t mode, uint32_t uid,
                        uint32_t gid) {
    TreeEntry entry;
    entry.path = std::move(path);
    entry.type = type;
    entry.mode = mode;
    entry.uid = uid;
    entry.gid = gid;
    entry.mtime.seconds = 1;
    return entry;
  }

  std::vector<TreeEntry> entries_;
  std::map<std::string, std::string> files_;
};

// Bottom layer first.
inline FileTree MemoryTree(const std::vector<MemoryLayer>& layers) {
  FileTree tree;
  for (const MemoryLayer& layer : layers) tree.Push(layer.Build());
  return tree;
}

// Remembers what it gets, and refuses what no sink may get: a path twice, content
// of the wrong length, a hard link before its file.
class RecordingSink : public EntrySink {
 public:
  Status Add(const TreeEntry& entry, ContentReader* content) override {
    if (Find(entry.path) != nullptr) return Wrong("twice: " + entry.path);
    if (entry.type == EntryType::kHardLink && Find(entry.link) == nullptr) {
      return Wrong("hard link before its file: " + entry.path);
    }
    if ((content != nullptr) != (entry.type == EntryType::kFile && entry.size_bytes > 0)) {
      return Wrong("content and size differ: " + entry.path);
    }
    std::string text;
    while (text.size() < entry.size_bytes && content != nullptr) {
      std::array<char, 512> buffer;
      const size_t want = std::min<size_t>(buffer.size(), entry.size_bytes - text.size());
      COOPER_ASSIGN_OR_RETURN(const size_t size,
                              content->Read(std::span<char>(buffer.data(), want)));
      if (size == 0) return Wrong("content ends early: " + entry.path);
      text.append(buffer.data(), size);
    }
    entries_.push_back(entry);
    contents_[entry.path] = std::move(text);
    return Ok();
  }

  const std::vector<TreeEntry>& entries() const { return entries_; }
  std::vector<std::string> Paths() const {
    std::vector<std::string> paths;
    for (const TreeEntry& entry : entries_) paths.push_back(entry.path);
    return paths;
  }
  // Null when `path` was not added.
  const TreeEntry* Find(std::string_view path) const {
    for (const TreeEntry& entry : entries_) {
      if (entry.path == path) return &entry;
    }
    return nullptr;
  }
  std::string Content(const std::string& path) const {
    const auto it = contents_.find(path);
    return it == contents_.end() ? "<none>" : it->second;
  }
  // What was added, as a layer to look at or to stack.
  TreeLayer Layer() const {
    return {.index = std::make_shared<LayerIndex>(entries_),
            .content = std::make_shared<MemoryContent>(contents_)};
  }

 private:
  static Error Wrong(std::string message) { return {DiagnosticKind::kInternal, message}; }

  std::vector<TreeEntry> entries_;
  std::map<std::string, std::string> contents_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_FILESYSTEM_TESTING_MEMORY_TREE_H_
