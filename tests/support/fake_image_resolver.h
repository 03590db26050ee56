// A world of a few images, so that tests compile Dockerfiles without a registry.

#ifndef COOPER_TESTS_SUPPORT_FAKE_IMAGE_RESOLVER_H_
#define COOPER_TESTS_SUPPORT_FAKE_IMAGE_RESOLVER_H_

#include <string>

#include "frontends/image_resolver.h"

namespace cooper {

// Every image exists and has PATH in its environment, but: repositories whose
// name contains "missing" do not exist, "onbuild" has triggers, "refused"
// wants credentials, and "amd64-only" is for that platform whatever is asked for.
class FakeImageResolver : public ImageResolver {
 public:
  Result<ResolvedImage> Resolve(const Reference& reference, const Platform& platform) override;
  Result<ResolvedImage> ResolveLayout(const std::string& path, const std::string& tag,
                                      const Platform& platform) override;
};

}  // namespace cooper

#endif  // COOPER_TESTS_SUPPORT_FAKE_IMAGE_RESOLVER_H_
