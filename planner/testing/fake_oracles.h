// Oracles that answer from what a test put into them. For one thread.

#ifndef COOPER_PLANNER_TESTING_FAKE_ORACLES_H_
#define COOPER_PLANNER_TESTING_FAKE_ORACLES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "planner/cache/cache_oracle.h"
#include "planner/cache/content_oracle.h"

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
  Result<bool> HasImage(const Op& source) override {
    if (const auto* image = std::get_if<SourceImageOp>(&source)) {
      return images.contains(image->reference);
    }
    return false;
  }

  std::map<Digest, CachedResult> results;
  std::set<std::string> images;
  std::vector<Digest> lookups;  // what was asked for, in order
};

}  // namespace cooper

#endif  // COOPER_PLANNER_TESTING_FAKE_ORACLES_H_
