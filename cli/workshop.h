// The backends of one command, made when first needed: a command that only
// compiles a Dockerfile from scratch opens neither store nor network.

#ifndef COOPER_CLI_WORKSHOP_H_
#define COOPER_CLI_WORKSHOP_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "backends/execute/layers/layer_ids.h"
#include "backends/registry/registry_client.h"
#include "backends/source/context_source.h"
#include "backends/source/http_source.h"
#include "backends/source/image_source.h"
#include "backends/store/store.h"
#include "cli/options/cli_environment.h"
#include "cli/options/options.h"
#include "ir/base/result.h"

namespace cooper {

// A command that only says what would be done leaves the store as it is, which may
// then be missing or on a disk that cannot be written.
enum class StoreUse : uint8_t { kRead, kWrite };

class Workshop {
 public:
  // Options and environment are borrowed for the object's life.
  Workshop(const InputOptions& options, const CliEnvironment& environment, StoreUse use);
  ~Workshop();

  Result<Store*> store();
  Result<LayerIds*> layer_ids();
  Result<RegistryClient*> registry();
  Result<ImageSource*> images();
  Result<HttpSource*> downloads();
  ContextSource& contexts() { return contexts_; }

  StoreUse use() const { return use_; }
  // Before the store is opened; else the form is that which a build would have now.
  void UseForm(SnapshotForm form) { form_ = form; }

  // Where the store is: --store, else COOPER_STORE, else the user's cache directory.
  Result<std::string> StoreDirectory() const;

 private:
  const InputOptions& options_;
  const CliEnvironment& environment_;
  StoreUse use_;
  std::optional<SnapshotForm> form_;
  ContextSource contexts_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<LayerIds> layer_ids_;
  std::unique_ptr<RegistryClient> registry_;
  std::unique_ptr<ImageSource> images_;
  std::unique_ptr<HttpSource> downloads_;
};

}  // namespace cooper

#endif  // COOPER_CLI_WORKSHOP_H_
