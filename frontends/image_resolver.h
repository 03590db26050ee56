// What a frontend asks of the world outside: the images that a build starts from.

#ifndef COOPER_FRONTENDS_IMAGE_RESOLVER_H_
#define COOPER_FRONTENDS_IMAGE_RESOLVER_H_

#include "ir/base/result.h"
#include "ir/graph/ops.h"
#include "ir/image/image_config.h"
#include "ir/image/platform.h"
#include "ir/image/reference.h"

namespace cooper {

// An image as it was found: `source` is a SourceImageOp or SourceLayoutOp with
// its pin, `config` the configuration that children inherit.
struct ResolvedImage {
  Op source;
  ImageConfig config;
};

// Implemented by backends/source, faked in tests. Calls may block on the
// network; repeated calls for one image answer alike within one compilation.
class ImageResolver {
 public:
  virtual ~ImageResolver() = default;

  // An image of a registry. The error is kImageNotFound when the registry says
  // that there is no such image, else kRegistry, kRegistryAuth or kImageInvalid.
  virtual Result<ResolvedImage> Resolve(const Reference& reference, const Platform& platform) = 0;

  // An image of the OCI layout directory `path`; `tag` may be empty when the
  // layout holds one image alone.
  virtual Result<ResolvedImage> ResolveLayout(const std::string& path, const std::string& tag,
                                              const Platform& platform) = 0;
};

}  // namespace cooper

#endif  // COOPER_FRONTENDS_IMAGE_RESOLVER_H_
