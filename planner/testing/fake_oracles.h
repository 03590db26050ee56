// Oracles that answer from what a test put into them. For one thread.

#ifndef COOPER_PLANNER_TESTING_FAKE_ORACLES_H_
#define COOPER_PLANNER_TESTING_FAKE_ORACLES_H_

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "planner/cache/cache_oracle.h"
#include "planner/cache/content_oracle.h"
#include "planner/cache/source_pinner.h"

namespace cooper {

// A context as path -> content; selections name paths, "/" is everything.
class FakeContentOracle : public ContentOracle {
 public:
  Result<Digest> DigestOf(const SourceContextOp& context,
                          const ContentSelection& selection) override {
    selections.push_back(selection);
    if (broken) return Error(DiagnosticKind::kStore, "disk on fire");
    std::string content;
    for (const std::string& from : selection.from) {
      if (from == "/") {
        for (const auto& [path, data] : files) content += path + '\0' + data + '\0';
        continue;
      }
      const auto file = files.find(from);
      if (file == files.end()) {
        return Error(DiagnosticKind::kMissingSource,
                     "`" + from + "` is not in context `" + context.name + "`");
      }
      content += file->second + '\0';
    }
    return Digest::Of(content);
  }

  Result<std::vector<KeyFile>> FilesOf(const SourceContextOp&,
                                       const ContentSelection& selection) override {
    std::vector<KeyFile> listed;
    for (const auto& [path, data] : files) {
      const bool selected = std::ranges::find(selection.from, path) != selection.from.end();
      if (selected || selection.from == std::vector<std::string>{"/"}) {
        listed.push_back(
            {.path = path, .attributes = "file 0644 0:0", .content = Digest::Of(data)});
      }
    }
    return listed;
  }

  std::map<std::string, std::string> files;
  bool broken = false;
  std::vector<ContentSelection> selections;  // what was asked for, in order
};

class FakeCacheOracle : public CacheOracle {
 public:
  Result<CachedResult> Lookup(const Digest& key) override {
    lookups.push_back(key);
    const auto found = results.find(key);
    return found == results.end() ? CachedResult{} : found->second;
  }
  Result<bool> HasSource(const Op& source) override {
    if (const auto* file = std::get_if<SourceHttpOp>(&source)) return images.contains(file->url);
    if (const auto* image = std::get_if<SourceImageOp>(&source)) {
      return images.contains(image->reference);
    }
    return false;
  }

  std::map<Digest, CachedResult> results;
  std::set<std::string> images;  // references, and URLs of files
  std::vector<Digest> lookups;   // what was asked for, in order
};

class FakeSourcePinner : public SourcePinner {
 public:
  std::vector<Result<std::optional<SourcePin>>> Pin(
      const std::vector<const Vertex*>& sources) override {
    std::vector<Result<std::optional<SourcePin>>> pins;
    for (const Vertex* source : sources) {
      const std::string& url = std::get<SourceHttpOp>(source->op).url;
      asked.push_back(url);
      if (missing.contains(url)) {
        pins.emplace_back(Error(DiagnosticKind::kMissingSource, "no `" + url + "`"));
      } else if (const auto file = files.find(url); file != files.end()) {
        pins.emplace_back(std::optional<SourcePin>(file->second));
      } else {
        pins.emplace_back(std::optional<SourcePin>());
      }
    }
    return pins;
  }

  std::map<std::string, SourcePin> files;  // by URL; others are not known yet
  std::set<std::string> missing;
  std::vector<std::string> asked;
};

}  // namespace cooper

#endif  // COOPER_PLANNER_TESTING_FAKE_ORACLES_H_
