// Where a push goes: what RegistryExporter needs of a registry.

#ifndef COOPER_BACKENDS_EXPORT_PUSH_TARGET_H_
#define COOPER_BACKENDS_EXPORT_PUSH_TARGET_H_

#include <functional>
#include <memory>
#include <string_view>

#include "backends/filesystem/tree/content.h"
#include "backends/registry/registry_client.h"
#include "ir/base/result.h"
#include "ir/image/descriptor.h"
#include "ir/image/reference.h"

namespace cooper {

// As in RegistryClient. PushBlob is called from several threads.
class PushTarget {
 public:
  virtual ~PushTarget() = default;
  virtual Status CheckPush(const Reference& repository) = 0;
  virtual Status PushBlob(const Reference& repository, const Descriptor& blob,
                          const std::function<Result<std::unique_ptr<ContentReader>>()>& open) = 0;
  virtual Result<Digest> PushManifest(const Reference& reference, std::string_view bytes,
                                      std::string_view media_type) = 0;
};

// `client` is borrowed for the target's life.
std::unique_ptr<PushTarget> PushTo(RegistryClient& client);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_PUSH_TARGET_H_
