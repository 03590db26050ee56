#include "tests/support/fake_image_resolver.h"

namespace cooper {
namespace {

ImageConfig ConfigFor(const std::string& name, const Platform& platform) {
  ImageConfig config;
  config.platform = platform;
  if (name.find("amd64-only") != std::string::npos) config.platform = {"linux", "amd64", ""};
  config.config.env = {"PATH=/usr/bin:/bin"};
  config.config.cmd = {"sh"};
  config.diff_ids = {Digest::Of("layer of " + name)};
  if (name.find("onbuild") != std::string::npos) {
    config.config.on_build = {"COPY . /app", "RUN make"};
  }
  return config;
}

}  // namespace

Result<ResolvedImage> FakeImageResolver::Resolve(const Reference& reference,
                                                 const Platform& platform) {
  const std::string name = reference.ToString();
  if (name.find("missing") != std::string::npos) {
    return Error(DiagnosticKind::kImageNotFound, "`" + name + "` does not exist");
  }
  if (name.find("refused") != std::string::npos) {
    return Error(DiagnosticKind::kRegistryAuth, "`" + name + "` wants credentials");
  }
  return ResolvedImage{SourceImageOp{name, Digest::Of(name), platform}, ConfigFor(name, platform)};
}

Result<ResolvedImage> FakeImageResolver::ResolveLayout(const std::string& path,
                                                       const std::string& tag,
                                                       const Platform& platform) {
  const std::string name = path + ":" + tag;
  return ResolvedImage{SourceLayoutOp{path, tag, Digest::Of(name), platform},
                       ConfigFor(name, platform)};
}

}  // namespace cooper
