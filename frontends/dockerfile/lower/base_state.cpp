// Where stages begin: images, named contexts and nothing at all.

#include <fmt/format.h>

#include <string>
#include <utility>

#include "frontends/dockerfile/lower/file_lowering.h"

namespace cooper {
namespace {

constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// BuildKit adds PATH to the config itself, so that RUN and `docker run` agree.
void AddDefaults(StageState& state) {
  const bool windows = state.platform.os == "windows";
  if (!windows && !state.config_env.Get("PATH")) state.config_env.Set("PATH", kDefaultPath);
  state.env = state.config_env;
}

// The word of an outside tree's vertex: the last part of its name, without a tag.
std::string WordOf(std::string_view text) {
  text = text.substr(text.rfind('/') + 1);
  text = text.substr(0, text.find_first_of(":@"));
  std::string word;
  for (const char c : text) {
    const bool lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    word += lower ? c : '_';
  }
  return word.empty() ? "image" : word;
}

// Of files that come without an image's config.
StageState TreeState(Edge tree, const Platform& platform) {
  StageState state;
  state.root = tree;
  state.platform = platform;
  state.config.working_dir = "/";
  AddDefaults(state);
  return state;
}

}  // namespace

Edge FileLowering::ContextTree() {
  if (!context_) {
    context_ = builder_.Add("", "context", SourceContextOp{"context", {}, options_.context_exclude},
                            {}, {{}, "the build context"});
  }
  return *context_;
}

StageState FileLowering::ScratchState(const Stage& stage, const SourceRange& range) {
  const Edge tree =
      builder_.Add(stage.Label(), "from", SourceScratchOp{}, {}, {{range}, "FROM scratch"});
  // The flag of FROM chooses among the images of a base; here is none.
  return TreeState(tree, options_.target_platform);
}

// Stands in for an image while a file with faults is looked through.
StageState FileLowering::UnknownState(const Platform& platform) {
  StageState state;
  state.root = builder_.Add("", "unknown", SourceScratchOp{}, {});
  state.platform = platform;
  state.unknown_base = true;
  AddDefaults(state);
  return state;
}

// `NAME::OS/ARCH` overrides for one platform, `NAME` for all.
const NamedContext* FileLowering::FindContext(std::string_view name,
                                              const Platform& platform) const {
  if (name.empty() || name == "scratch" || name == "context") return nullptr;
  const auto find = [&](const std::string& key) -> const NamedContext* {
    const auto found = options_.named_contexts.find(key);
    return found == options_.named_contexts.end() ? nullptr : &found->second;
  };
  const std::string key(name);
  if (const NamedContext* one = find(key + "::" + platform.ToString())) return one;
  if (const NamedContext* all = find(key)) return all;
  // An image may be named in its short or its whole form.
  const Result<Reference> wanted = Reference::Parse(name);
  if (!wanted.ok()) return nullptr;
  for (const auto& [other, context] : options_.named_contexts) {
    const Result<Reference> candidate = Reference::Parse(other);
    if (candidate.ok() && *candidate == *wanted) return &context;
  }
  return nullptr;
}

StageState FileLowering::ImageState(const ResolvedImage& image, const Platform& platform,
                                    const std::string& label, const SourceRange& range,
                                    const std::string& shown) {
  StageState state;
  state.root = builder_.Add(label, label.empty() ? WordOf(shown) : "from", image.source, {},
                            {{range}, "FROM " + shown});
  // A platform that was asked for is the image's, whatever the base says of itself.
  const bool requested = options_.platform_requested && platform == options_.target_platform;
  const bool told = !image.config.platform.os.empty();
  state.platform = requested || !told ? platform : image.config.platform;
  state.author = image.config.author;
  state.config = image.config.config;
  state.config_env = Environment(image.config.config.env);
  state.config.env.clear();
  AddDefaults(state);
  return state;
}

std::optional<StageState> FileLowering::ContextState(const std::string& name,
                                                     const NamedContext& context,
                                                     const Platform& platform,
                                                     const std::string& label,
                                                     const SourceRange& range) {
  switch (context.kind) {
    case NamedContext::Kind::kDirectory: {
      const Edge tree = builder_.Add(label, label.empty() ? WordOf(name) : "from",
                                     SourceContextOp{name, {}, context.exclude}, {},
                                     {{range}, "context " + name});
      return TreeState(tree, platform);
    }
    case NamedContext::Kind::kUrl: {
      const std::optional<Edge> tree = UrlContext(name, context.value, label, range);
      if (!tree) return std::nullopt;
      return TreeState(*tree, platform);
    }
    case NamedContext::Kind::kImage: {
      if (offline_) return UnknownState(platform);
      const Result<Reference> reference = Reference::Parse(context.value);
      if (!reference.ok()) {
        Error error = reference.error();
        diagnostics_.Report(error.Within(fmt::format("context `{}`", name)).At(range));
        return std::nullopt;
      }
      Result<ResolvedImage> image = resolver_.Resolve(*reference, platform);
      if (!image.ok()) {
        diagnostics_.Report(image.error().At(range));
        return std::nullopt;
      }
      return ImageState(*image, platform, label, range, reference->FamiliarString());
    }
    case NamedContext::Kind::kLayout: {
      if (offline_) return UnknownState(platform);
      Result<ResolvedImage> image = resolver_.ResolveLayout(context.value, context.tag, platform);
      if (!image.ok()) {
        diagnostics_.Report(image.error().At(range));
        return std::nullopt;
      }
      return ImageState(*image, platform, label, range, name);
    }
  }
  return std::nullopt;
}

std::optional<StageState> FileLowering::BaseOf(const std::string& text, const Platform& platform,
                                               const Stage& stage, const SourceRange& range) {
  // Trees from outside belong to no stage; their vertices carry their own name.
  const std::string label = stage.from == nullptr ? "" : stage.Label();
  if (const NamedContext* context = FindContext(text, platform)) {
    return ContextState(text, *context, platform, label, range);
  }
  const Result<Reference> reference = Reference::Parse(text);
  if (!reference.ok()) {
    Error error = reference.error();
    diagnostics_.Report(error.At(range));
    return std::nullopt;
  }
  if (offline_) return UnknownState(platform);
  Result<ResolvedImage> image = resolver_.Resolve(*reference, platform);
  if (!image.ok()) {
    diagnostics_.Report(image.error().At(range));
    return std::nullopt;
  }
  if (stage.from != nullptr) {
    observer_->OnBaseImage(stage, text, platform, image->config.platform);
  }
  return ImageState(*image, platform, label, range, text);
}

}  // namespace cooper
