#include "backends/export/push_target.h"

namespace cooper {
namespace {

class RegistryTarget : public PushTarget {
 public:
  explicit RegistryTarget(RegistryClient& client) : client_(client) {}

  Status CheckPush(const Reference& repository) override { return client_.CheckPush(repository); }
  Status PushBlob(const Reference& repository, const Descriptor& blob,
                  const std::function<Result<std::unique_ptr<ContentReader>>()>& open) override {
    return client_.PushBlob(repository, blob, open);
  }
  Result<Digest> PushManifest(const Reference& reference, std::string_view bytes,
                              std::string_view media_type) override {
    return client_.PushManifest(reference, bytes, media_type);
  }

 private:
  RegistryClient& client_;
};

}  // namespace

std::unique_ptr<PushTarget> PushTo(RegistryClient& client) {
  return std::make_unique<RegistryTarget>(client);
}

}  // namespace cooper
