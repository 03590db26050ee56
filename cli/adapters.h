// The interfaces that frontends and planner declare, over the backends.

#ifndef COOPER_CLI_ADAPTERS_H_
#define COOPER_CLI_ADAPTERS_H_

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "backends/source/selection.h"
#include "cli/workshop.h"
#include "frontends/image_resolver.h"
#include "planner/cache/cache_oracle.h"
#include "planner/cache/content_oracle.h"
#include "planner/cache/source_pinner.h"

namespace cooper {

// Base images from registries and layouts.
class WorkshopImageResolver : public ImageResolver {
 public:
  explicit WorkshopImageResolver(Workshop& workshop) : workshop_(workshop) {}
  Result<ResolvedImage> Resolve(const Reference& reference, const Platform& platform) override;
  Result<ResolvedImage> ResolveLayout(const std::string& path, const std::string& tag,
                                      const Platform& platform) override;

 private:
  Workshop& workshop_;
};

// The local store as a cache.
class StoreCacheOracle : public CacheOracle {
 public:
  explicit StoreCacheOracle(Workshop& workshop) : workshop_(workshop) {}
  Result<CachedResult> Lookup(const Digest& key) override;
  Result<bool> HasSource(const Op& source) override;

 private:
  Workshop& workshop_;
};

// Digests of what is in the build contexts.
class ContextContentOracle : public ContentOracle {
 public:
  ContextContentOracle(Workshop& workshop, std::stop_token stop)
      : workshop_(workshop), stop_(std::move(stop)) {}
  Result<Digest> DigestOf(const SourceContextOp& context,
                          const ContentSelection& selection) override;
  Result<std::vector<KeyFile>> FilesOf(const SourceContextOp& context,
                                       const ContentSelection& selection) override;

 private:
  Result<FileTree> Open(const SourceContextOp& context);
  // Borrows both.
  Selection SelectionIn(const SourceContextOp& context, const ContentSelection& selection) const;

  Workshop& workshop_;
  std::stop_token stop_;
};

// Files of web servers. A command that writes to the store fetches what it has not;
// another learns only what the server confirms.
class WorkshopSourcePinner : public SourcePinner {
 public:
  // `tell` gets a line for each file before its server is asked.
  WorkshopSourcePinner(Workshop& workshop, std::stop_token stop,
                       std::function<void(const std::string&)> tell)
      : workshop_(workshop), stop_(std::move(stop)), tell_(std::move(tell)) {}
  // Asks several servers at a time.
  std::vector<Result<std::optional<SourcePin>>> Pin(
      const std::vector<const Vertex*>& sources) override;

 private:
  Result<std::optional<SourcePin>> PinOne(HttpSource& downloads, const Vertex& source) const;

  Workshop& workshop_;
  std::stop_token stop_;
  std::function<void(const std::string&)> tell_;
};

}  // namespace cooper

#endif  // COOPER_CLI_ADAPTERS_H_
