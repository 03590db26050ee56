#include "backends/source/content_digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "backends/filesystem/ops/copy_sources.h"
#include "backends/filesystem/ops/layer_plan.h"
#include "backends/filesystem/ops/tree_copier.h"
#include "backends/filesystem/tree/link_resolver.h"
#include "backends/filesystem/tree/stoppable_sink.h"
#include "ir/base/sha256.h"

namespace cooper {
namespace {

// Where the copier puts a source for us: its name is in no digest.
constexpr std::string_view kTarget = "d";
constexpr size_t kBufferBytes = 128 << 10;

std::string_view BelowTarget(std::string_view path) {
  if (path == kTarget) return {};
  return path.substr(kTarget.size() + 1);
}

class DigestSink : public EntrySink {
 public:
  explicit DigestSink(Sha256& sha) : sha_(sha), buffer_(std::make_unique<char[]>(kBufferBytes)) {}

  Status Add(const TreeEntry& entry, ContentReader* content) override {
    sha_.UpdateFramed("entry");
    sha_.UpdateFramed(BelowTarget(entry.path));
    AddMetadata(entry);
    if (entry.type != EntryType::kFile) return Ok();
    sha_.UpdateFramed(entry.size_bytes);
    return AddContent(entry, content);
  }

  // Everything of an entry but path, time and content.
  void AddMetadata(const TreeEntry& entry) {
    sha_.UpdateFramed(static_cast<uint64_t>(entry.type));
    sha_.UpdateFramed(entry.mode);
    sha_.UpdateFramed(entry.uid);
    sha_.UpdateFramed(entry.gid);
    sha_.UpdateFramed(entry.type == EntryType::kHardLink ? BelowTarget(entry.link) : entry.link);
    sha_.UpdateFramed(entry.device_major);
    sha_.UpdateFramed(entry.device_minor);
    sha_.UpdateFramed(entry.xattrs.size());
    for (const auto& [name, value] : entry.xattrs) {
      sha_.UpdateFramed(name);
      sha_.UpdateFramed(value);
    }
  }

 private:
  // By its digest: that may be known without reading.
  Status AddContent(const TreeEntry& entry, ContentReader* content) {
    if (entry.size_bytes == 0) return Ok();
    std::optional<Digest> digest = content->KnownDigest();
    if (!digest) {
      COOPER_ASSIGN_OR_RETURN(digest, Read(entry, *content));
      content->LearnDigest(*digest);
    }
    sha_.UpdateFramed(
        std::string_view(reinterpret_cast<const char*>(digest->bytes().data()), Digest::kBytes));
    return Ok();
  }

  Result<Digest> Read(const TreeEntry& entry, ContentReader& content) {
    Sha256 sha;
    uint64_t left = entry.size_bytes;
    while (left > 0) {
      const size_t want = static_cast<size_t>(std::min<uint64_t>(left, kBufferBytes));
      COOPER_ASSIGN_OR_RETURN(const size_t got, content.Read({buffer_.get(), want}));
      if (got == 0) {
        return Error(DiagnosticKind::kContext,
                     fmt::format("`{}` ended {} bytes early; it changed while it was read",
                                 BelowTarget(entry.path), left));
      }
      sha.Update({buffer_.get(), got});
      left -= got;
    }
    return sha.Finish();
  }

  Sha256& sha_;
  std::unique_ptr<char[]> buffer_;
};

Status DigestSource(const FileTree& tree, const std::string& from, bool parents,
                    const CopyRules& rules, const std::stop_token& stop, Sha256& sha) {
  DigestSink digest(sha);
  StoppableSink sink(digest, stop);
  const FileTree nothing;
  if (parents) {
    LayerPlan plan(nothing);
    TreeCopier copier(plan, tree, rules);
    COOPER_RETURN_IF_ERROR(copier.CopyWithParents(from, kTarget));
    return plan.Emit(sink);
  }
  COOPER_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ExpandSource(tree, from));
  for (const std::string& path : paths) {
    COOPER_ASSIGN_OR_RETURN(const TreeEntry entry, FollowSource(tree, path));
    const bool is_directory = entry.type == EntryType::kDirectory;
    sha.UpdateFramed("path");
    sha.UpdateFramed(is_directory ? std::string_view() : LastName(path));
    // COPY makes a directory of its own for the contents; a mount shows this one.
    if (is_directory) digest.AddMetadata(entry);
    // On its own, so that a later source cannot hide what an earlier one had:
    // where they meet depends on the destination.
    LayerPlan plan(nothing);
    TreeCopier copier(plan, tree, rules);
    COOPER_RETURN_IF_ERROR(copier.Copy(path, kTarget));
    COOPER_RETURN_IF_ERROR(plan.Emit(sink));
  }
  return Ok();
}

}  // namespace

Result<Digest> DigestSelection(const FileTree& tree, const std::vector<std::string>& from,
                               const std::vector<std::string>& exclude, bool parents,
                               const std::function<bool(const std::string&)>& is_excluded,
                               const std::stop_token& stop) {
  CopyRules rules;
  rules.keep_owner = true;
  COOPER_ASSIGN_OR_RETURN(rules.exclude, PatternMatcher::Compile(exclude));
  Sha256 sha;
  sha.UpdateFramed("cooper content 3");
  sha.UpdateFramed(parents ? 1 : 0);
  for (const std::string& source : from) {
    sha.UpdateFramed("source");
    const Status status = DigestSource(tree, source, parents, rules, stop, sha);
    if (status.ok()) continue;
    if (status.error().kind() != DiagnosticKind::kMissingSource) return status.error();
    const std::string path = CleanTreePath(source);
    const bool excluded = is_excluded && is_excluded(path);
    return Error(DiagnosticKind::kMissingSource,
                 fmt::format("`{}` is not in the build context{}", path,
                             excluded ? "; .dockerignore excludes it" : ""));
  }
  return sha.Finish();
}

}  // namespace cooper
