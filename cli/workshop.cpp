#include "cli/workshop.h"

#include <map>
#include <utility>
#include <vector>

#include "cli/isolation.h"
#include "cli/store/store_place.h"

namespace cooper {
namespace {

std::map<std::string, std::string> ContextDirectories(const InputOptions& options) {
  std::map<std::string, std::string> directories;
  if (!options.context.empty()) directories["context"] = options.context;
  for (const auto& [name, context] : options.named_contexts) {
    if (context.kind == NamedContext::Kind::kDirectory) directories[name] = context.value;
  }
  return directories;
}

// Where docker's config.json may be, first found first used.
std::vector<std::string> CredentialFiles(const CliEnvironment& environment) {
  std::vector<std::string> files;
  if (const auto directory = environment.variable("DOCKER_CONFIG")) {
    files.push_back(*directory + "/config.json");
  } else if (const auto home = environment.variable("HOME")) {
    files.push_back(*home + "/.docker/config.json");
  }
  files.push_back("/kaniko/.docker/config.json");
  return files;
}

}  // namespace

Workshop::Workshop(const InputOptions& options, const CliEnvironment& environment, StoreUse use)
    : options_(options),
      environment_(environment),
      use_(use),
      contexts_(ContextDirectories(options)) {}

Workshop::~Workshop() = default;

Result<std::string> Workshop::StoreDirectory() const {
  return StorePlace(options_.store, environment_);
}

Result<Store*> Workshop::store() {
  if (store_ == nullptr) {
    COOPER_ASSIGN_OR_RETURN(const std::string directory, StoreDirectory());
    const SnapshotForm form = form_ ? *form_ : FormOfSnapshots(ChooseRung(RungChoice(), directory));
    COOPER_ASSIGN_OR_RETURN(store_, use_ == StoreUse::kRead ? Store::OpenToRead(directory, form)
                                                            : Store::Open(directory, form));
  }
  return store_.get();
}

Result<LayerIds*> Workshop::layer_ids() {
  if (layer_ids_ == nullptr) {
    COOPER_ASSIGN_OR_RETURN(Store* const opened_store, store());
    layer_ids_ = std::make_unique<LayerIds>(*opened_store);
  }
  return layer_ids_.get();
}

Result<RegistryClient*> Workshop::registry() {
  if (registry_ == nullptr) {
    COOPER_ASSIGN_OR_RETURN(Credentials credentials,
                            Credentials::Load(CredentialFiles(environment_)));
    RegistryOptions registry_options;
    registry_options.insecure_hosts = options_.insecure_registries;
    registry_options.stop = environment_.interrupted;
    registry_ =
        std::make_unique<RegistryClient>(std::move(registry_options), std::move(credentials));
  }
  return registry_.get();
}

Result<ImageSource*> Workshop::images() {
  if (images_ == nullptr) {
    COOPER_ASSIGN_OR_RETURN(Store* const opened_store, store());
    COOPER_ASSIGN_OR_RETURN(RegistryClient* const client, registry());
    images_ = std::make_unique<ImageSource>(*client, *opened_store);
  }
  return images_.get();
}

Result<HttpSource*> Workshop::downloads() {
  if (downloads_ == nullptr) {
    COOPER_ASSIGN_OR_RETURN(Store* const opened_store, store());
    downloads_ = std::make_unique<HttpSource>(*opened_store);
  }
  return downloads_.get();
}

}  // namespace cooper
