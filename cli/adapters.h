// The interfaces that frontends and planner declare, over the backends.

#ifndef COOPER_CLI_ADAPTERS_H_
#define COOPER_CLI_ADAPTERS_H_

#include <string>

#include "cli/workshop.h"
#include "frontends/image_resolver.h"
#include "planner/cache/cache_oracle.h"
#include "planner/cache/content_oracle.h"

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
  Result<bool> HasImage(const Op& source) override;

 private:
  Workshop& workshop_;
};

// Digests of what is in the build contexts.
class ContextContentOracle : public ContentOracle {
 public:
  explicit ContextContentOracle(Workshop& workshop) : workshop_(workshop) {}
  Result<Digest> DigestOf(const SourceContextOp& context,
                          const ContentSelection& selection) override;

 private:
  Workshop& workshop_;
};

}  // namespace cooper

#endif  // COOPER_CLI_ADAPTERS_H_
