// Docker Registry HTTP API v2 / OCI distribution-spec 1.1 over libcurl.

#ifndef COOPER_BACKENDS_REGISTRY_REGISTRY_CLIENT_H_
#define COOPER_BACKENDS_REGISTRY_REGISTRY_CLIENT_H_

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "backends/filesystem/tree/content.h"
#include "backends/registry/credentials.h"
#include "ir/base/digest.h"
#include "ir/base/result.h"
#include "ir/image/descriptor.h"
#include "ir/image/reference.h"

namespace cooper {

struct RegistryOptions {
  // Hosts ("name" or "name:port") reached by plain HTTP. Loopback hosts are tried
  // with HTTPS first and then plain, as Docker does.
  std::vector<std::string> insecure_hosts;
  std::stop_token stop = {};  // ends every exchange within a second or so: kInterrupted
  int retries = 2;       // of a request that met a network fault or a 5xx answer
};

struct FetchedManifest {
  Descriptor descriptor;  // media type, digest and size of `bytes`
  std::string bytes;
};

// Credentials are sent to the exact origin they were configured for, never after
// a redirect elsewhere and never to a log. May be used from several threads.
class RegistryClient {
 public:
  RegistryClient(RegistryOptions options, Credentials credentials);
  ~RegistryClient();

  // A manifest or index by the reference's digest, else its tag. The bytes are
  // checked against the digest. kImageNotFound, kRegistryAuth or kRegistry.
  Result<FetchedManifest> FetchManifest(const Reference& reference);

  // Streams a blob to `output`; the size is checked against the descriptor, the
  // digest by whoever commits it (BlobWriter). `stop` as that of the options.
  Status FetchBlob(const Reference& repository, const Descriptor& blob,
                   const std::function<Status(std::string_view)>& output,
                   const std::stop_token& stop = {});

  // Whether the registry takes blobs for the repository: starts an upload and
  // cancels it. kRegistryAuth or kRegistry.
  Status CheckPush(const Reference& repository);
  // Uploads unless the repository has the blob. `open` is called for each attempt.
  Status PushBlob(const Reference& repository, const Descriptor& blob,
                  const std::function<Result<std::unique_ptr<ContentReader>>()>& open);
  // Puts manifest bytes under the reference's tag; returns the digest.
  Result<Digest> PushManifest(const Reference& reference, std::string_view bytes,
                              std::string_view media_type);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_REGISTRY_REGISTRY_CLIENT_H_
