#include "cli/compilation.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <ostream>
#include <utility>

#include "backends/filesystem/tree/pattern_matcher.h"
#include "cli/adapters.h"
#include "cli/history/project.h"
#include "cli/history/store_key_history.h"
#include "cli/inputs/read_file.h"
#include "frontends/dockerfile/dockerfile_frontend.h"
#include "frontends/dockerfile/ignore_file.h"
#include "frontends/ir/ir_frontend.h"
#include "ir/base/diagnostic_printer.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

constexpr size_t kMaxDockerfileBytes = 16 << 20;
constexpr size_t kMaxIgnoreFileBytes = 4 << 20;

std::string JoinPath(const std::string& directory, const std::string& name) {
  if (directory.empty() || name.starts_with('/')) return name;
  return directory.ends_with('/') ? directory + name : directory + "/" + name;
}

// The name that messages show: as the user would type it from where they are.
std::string ShownName(const std::string& path) {
  return path.starts_with("./") ? path.substr(2) : path;
}

Result<std::vector<std::string>> ReadIgnorePatterns(const std::string& context,
                                                    const std::string& path) {
  COOPER_ASSIGN_OR_RETURN(const std::optional<std::string> text,
                          ReadContextText(context, path, "the ignore file", kMaxIgnoreFileBytes));
  if (!text) return std::vector<std::string>();
  Result<std::vector<std::string>> patterns = ParseIgnoreFile(*text);
  if (!patterns.ok()) return std::move(patterns.error().Within(ShownName(path)));
  return patterns;
}

// Says what else the words may have meant to other builders.
Status CheckContext(const std::string& directory) {
  struct stat status{};
  if (stat(directory.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return Ok();
    return Error(DiagnosticKind::kContext,
                 fmt::format("the context `{}` is not a directory; a Dockerfile is named with "
                             "`-f FILE`",
                             directory));
  }
  const int error = errno;
  if (directory == "-") {
    return Error(DiagnosticKind::kUsage,
                 "a context on standard input is not supported; unpack it into a directory");
  }
  if (directory.find("://") != std::string::npos) {
    return Error(DiagnosticKind::kUsage,
                 fmt::format("the context `{}` is not on this machine, which is not supported; "
                             "fetch it into a directory",
                             directory));
  }
  if (error != ENOENT && error != ENOTDIR) {
    return ErrnoError(DiagnosticKind::kContext,
                      fmt::format("cannot read the context `{}`", directory), error);
  }
  return Error(DiagnosticKind::kContext,
               fmt::format("there is no directory `{}` to take as the context", directory));
}

}  // namespace

Compilation::Compilation(const InputOptions& options, CliEnvironment& environment,
                         Workshop& workshop)
    : options_(options), environment_(environment), workshop_(workshop) {}

Status Compilation::Read() {
  if (!options_.context.empty()) COOPER_RETURN_IF_ERROR(CheckContext(options_.context));
  std::string path = options_.dockerfile;
  if (path.empty()) path = JoinPath(options_.context, "Dockerfile");
  COOPER_ASSIGN_OR_RETURN(
      std::optional<std::string> text,
      ReadContextText(options_.context, path, "the Dockerfile", kMaxDockerfileBytes));
  if (!text && options_.dockerfile.empty()) {
    // The default name is looked up in lower case as well.
    path = JoinPath(options_.context, "dockerfile");
    COOPER_ASSIGN_OR_RETURN(
        text, ReadContextText(options_.context, path, "the Dockerfile", kMaxDockerfileBytes));
    if (!text) {
      return Error(DiagnosticKind::kContext,
                   fmt::format("there is no Dockerfile in `{}`; name it with `-f FILE`",
                               options_.context.empty() ? "." : options_.context));
    }
  }
  if (!text) {
    const bool in_context = !options_.context.empty() && !path.starts_with('/') &&
                            access(JoinPath(options_.context, path).c_str(), F_OK) == 0;
    return Error(
        DiagnosticKind::kContext,
        fmt::format("there is no file `{}`{}", path,
                    in_context ? fmt::format("; its path is taken from the working directory, not "
                                             "from the context: write `{}`",
                                             JoinPath(options_.context, path))
                               : " to take as the Dockerfile"));
  }
  graph_text_ = options_.frontend == "ir" || (options_.frontend.empty() && path.ends_with(".ir"));
  file_ = files_.Add(ShownName(path), std::move(*text));

  frontend_options_.targets = options_.targets;
  frontend_options_.build_args = options_.build_args;
  frontend_options_.labels = options_.labels;
  frontend_options_.named_contexts = options_.named_contexts;
  frontend_options_.build_platform = Platform::Host();
  frontend_options_.target_platform = Platform::Host();
  if (!options_.platform.empty()) {
    if (options_.platform.find(',') != std::string::npos) {
      return Error(DiagnosticKind::kUsage,
                   fmt::format("`--platform {}`: an image has one platform; build once for each",
                               options_.platform));
    }
    Result<Platform> platform = Platform::Parse(options_.platform);
    // The platform comes from the command line, not from the input.
    if (!platform.ok()) return Error(DiagnosticKind::kUsage, platform.error().message());
    frontend_options_.target_platform = std::move(*platform);
    frontend_options_.platform_requested = true;
  }
  for (auto& [name, context] : frontend_options_.named_contexts) {
    if (context.kind != NamedContext::Kind::kDirectory) continue;
    COOPER_ASSIGN_OR_RETURN(
        context.exclude,
        ReadIgnorePatterns(context.value, JoinPath(context.value, ".dockerignore")));
  }
  if (options_.context.empty() || graph_text_) return Ok();
  COOPER_ASSIGN_OR_RETURN(frontend_options_.context_exclude,
                          ReadIgnorePatterns(options_.context, path + ".dockerignore"));
  if (frontend_options_.context_exclude.empty()) {
    COOPER_ASSIGN_OR_RETURN(
        frontend_options_.context_exclude,
        ReadIgnorePatterns(options_.context, JoinPath(options_.context, ".dockerignore")));
  }
  // A malformed pattern is a fault of the context once it is read.
  Result<PatternMatcher> ignored = PatternMatcher::Compile(frontend_options_.context_exclude);
  if (ignored.ok()) {
    frontend_options_.is_ignored = [matcher = *std::move(ignored)](std::string_view name) {
      return matcher.Matches(name);
    };
  }
  return Ok();
}

Result<std::optional<std::string>> Compilation::PrintTree() {
  if (graph_text_) {
    return Error(DiagnosticKind::kUsage,
                 "graph text has no syntax tree; use `--emit=ir` or `--emit=plan`");
  }
  return DockerfileFrontend().PrintTree(files_, file_, diagnostics_);
}

Result<std::vector<TargetInfo>> Compilation::Targets() {
  if (graph_text_) return Error(DiagnosticKind::kUsage, "graph text has no stages to list");
  return DockerfileFrontend().Targets(files_, file_, diagnostics_);
}

Result<Outline> Compilation::OutlineOfTarget() {
  if (graph_text_) return Error(DiagnosticKind::kUsage, "graph text has no outline");
  WorkshopImageResolver images(workshop_);
  return DockerfileFrontend().OutlineOf(files_, file_, frontend_options_, images, diagnostics_);
}

Result<std::optional<BuildGraph>> Compilation::Compile(const CheckScope& checks) {
  std::unique_ptr<Frontend> frontend;
  if (graph_text_) {
    frontend = std::make_unique<IrFrontend>();
  } else if (options_.frontend.empty() || options_.frontend == "dockerfile") {
    frontend = std::make_unique<DockerfileFrontend>(DockerfileChecks{
        .report = &lint_, .all_stages = checks.all_stages, .offline = checks.offline});
  } else {
    return Error(DiagnosticKind::kUsage,
                 fmt::format("there is no frontend `{}`; there are `dockerfile` and `ir`",
                             options_.frontend));
  }
  WorkshopImageResolver images(workshop_);
  ImageResolver& resolver = environment_.resolver != nullptr ? *environment_.resolver : images;
  return frontend->Compile(files_, file_, frontend_options_, resolver, diagnostics_);
}

Result<std::optional<BuildPlan>> Compilation::Plan(BuildGraph graph, bool probe) {
  StoreCacheOracle cache(workshop_);
  ContextContentOracle content(workshop_, environment_.interrupted);
  WorkshopSourcePinner sources(
      workshop_, environment_.interrupted, [this](const std::string& title) {
        if (tells_downloads_) environment_.err << "fetch " << EscapeForTerminal(title) << std::endl;
      });
  PlannerServices services;
  std::optional<StoreKeyHistory> history;
  if (probe) {
    COOPER_ASSIGN_OR_RETURN(Store* const store, workshop_.store());
    history.emplace(store->history(), ProjectOf(options_));
    services.history = &*history;
    services.sources = &sources;
    services.cache = &cache;
    services.content = &content;
    services.no_cache = options_.no_cache;
  }
  PlannerOptions planner = options_.planner;
  planner.output = [this](std::string_view text) { environment_.err << text; };
  Result<std::optional<BuildPlan>> plan =
      MakePlan(std::move(graph), planner, services, diagnostics_, explain_);
  if (workshop_.use() == StoreUse::kWrite) workshop_.contexts().KeepDigests();
  if (options_.explain) {
    for (const std::string& line : explain_.lines()) {
      environment_.err << EscapeForTerminal(line) << '\n';
    }
  }
  return plan;
}

int Compilation::Fail(const Error* error) const {
  environment_.err << FormatDiagnostics(diagnostics_, files_);
  if (error != nullptr) {
    environment_.err << FormatError(*error, files_);
    return ExitCodeFor(error->kind());
  }
  return ExitCode();
}

int Compilation::ExitCode() const {
  int code = 1;
  for (const Diagnostic& diagnostic : diagnostics_.Sorted()) {
    if (SeverityOf(diagnostic.kind) == Severity::kError) {
      code = std::max(code, ExitCodeFor(diagnostic.kind));
    }
  }
  return code;
}

}  // namespace cooper
