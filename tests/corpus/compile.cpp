#include "tests/corpus/compile.h"

#include "frontends/dockerfile/dockerfile_frontend.h"

namespace cooper {
namespace {

class EveryImage final : public ImageResolver {
 public:
  Result<ResolvedImage> Resolve(const Reference& reference, const Platform& platform) override {
    const std::string name = reference.ToString();
    return Answer(SourceImageOp{name, Digest::Of(name), platform}, platform);
  }
  Result<ResolvedImage> ResolveLayout(const std::string& path, const std::string& tag,
                                      const Platform& platform) override {
    return Answer(SourceLayoutOp{path, tag, Digest::Of(path), platform}, platform);
  }

 private:
  static ResolvedImage Answer(Op source, const Platform& platform) {
    ResolvedImage image{std::move(source), {}};
    image.config.platform = platform;
    image.config.config.env = {"PATH=/usr/bin:/bin"};
    image.config.config.cmd = {{"sh"}};
    return image;
  }
};

}  // namespace

std::string Compiled::Messages() const {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) text += diagnostic.message + "\n";
  return text;
}

Compiled Compile(const std::string& dockerfile) {
  SourceFiles files;
  const uint32_t file = files.Add("Dockerfile", dockerfile);
  FrontendOptions options;
  options.build_platform = options.target_platform = {"linux", "amd64", ""};
  EveryImage resolver;
  Compiled compiled;
  compiled.graph =
      DockerfileFrontend().Compile(files, file, options, resolver, compiled.diagnostics);
  return compiled;
}

}  // namespace cooper
