// Named contexts that are not on this machine: a git repository, or an archive of a web server.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "frontends/dockerfile/lower/file_lowering.h"
#include "frontends/dockerfile/operands/git_source.h"
#include "frontends/dockerfile/operands/path.h"
#include "ir/text/url_text.h"

namespace cooper {
namespace {

// The build argument that keeps `.git` in a context, as the query `keep-git-dir` does.
constexpr const char* kKeepGitDir = "BUILDKIT_CONTEXT_KEEP_GIT_DIR";

bool IsTrue(const std::string& text) { return text == "1" || text == "true"; }

}  // namespace

std::optional<Edge> FileLowering::UrlContext(const std::string& name, const std::string& url,
                                             const std::string& label, const SourceRange& range) {
  const VertexMetadata metadata{{range}, "context " + name};
  if (IsGitUrl(url)) {
    Result<GitSource> source = ParseGitSource(url);
    if (!source.ok()) {
      diagnostics_.Report(source.error().Within(fmt::format("context `{}`", name)).At(range));
      return std::nullopt;
    }
    const auto keep = options_.build_args.find(kKeepGitDir);
    const bool asked = keep != options_.build_args.end() && IsTrue(keep->second);
    source->op.keep_git_dir = source->keep_git_dir.value_or(asked);
    VertexMetadata own = metadata;
    own.userinfo = std::move(source->userinfo);
    return builder_.Add(label, "clone", std::move(source->op), {}, std::move(own));
  }
  SplitUrl split = SplitUserinfo(url);
  const std::string file = UrlFileName(split.url);
  const Edge empty = builder_.Add(label, "empty", SourceScratchOp{}, {}, metadata);
  VertexMetadata own = metadata;
  own.userinfo = std::move(split.userinfo);
  const Edge fetch = builder_.Add(label, "fetch", SourceHttpOp{std::move(split.url), {}, file}, {},
                                  std::move(own));
  FileUnpackOp unpack;
  unpack.from = {LiteralSource(file)};
  unpack.to = "/";
  return builder_.Add(label, "context", std::move(unpack), {empty, fetch}, metadata);
}

}  // namespace cooper
