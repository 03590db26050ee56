#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "cli/command_line/command_line.h"
#include "cli/command_line/version.h"
#include "cli/flags/flag_values.h"
#include "cli/flags/parse_words.h"
#include "ir/image/reference.h"

namespace cooper {
namespace {

struct KanikoFlags {
  std::string context = "/workspace/";
  std::string dockerfile = "Dockerfile";
  std::string sub_path;
  std::vector<std::string> destinations;
  std::vector<std::string> build_args;
  std::vector<std::string> labels;
  std::string tar_path;
  std::string layout_path;
  std::string digest_file;
  bool no_push = false;
  bool insecure = false;
  bool insecure_pull = false;
  bool ignored = false;
};

Error UsageError(std::string message) { return Error(DiagnosticKind::kUsage, std::move(message)); }

Result<std::string> ContextDirectory(const KanikoFlags& flags) {
  constexpr std::string_view kDirectory = "dir://";
  std::string directory = flags.context;
  if (directory.starts_with(kDirectory)) {
    directory.erase(0, kDirectory.size());
  } else if (directory.find("://") != std::string::npos) {
    return UsageError(fmt::format("`--context {}` is not supported; give a directory", directory));
  }
  if (!flags.sub_path.empty()) directory += "/" + flags.sub_path;
  return directory;
}

// As kaniko looks for it: absolute, below the working directory, or in the context.
std::string DockerfilePath(const KanikoFlags& flags, const std::string& context) {
  if (flags.dockerfile.starts_with('/')) return flags.dockerfile;
  if (access(flags.dockerfile.c_str(), F_OK) == 0) return flags.dockerfile;
  return context + (context.ends_with('/') ? "" : "/") + flags.dockerfile;
}

// Plain HTTP is for the hosts that are pushed to and no others, since credentials
// go with it.
Status TrustHosts(const std::vector<std::string>& names, std::vector<std::string>& hosts) {
  for (const std::string& name : names) {
    const Result<Reference> reference = Reference::Parse(name);
    if (!reference.ok()) return UsageError(reference.error().message());
    hosts.push_back(reference->domain);
  }
  return Ok();
}

Status AddOutputs(const KanikoFlags& flags, BuildOptions& build) {
  if (!flags.tar_path.empty()) {
    build.outputs.push_back({OutputType::kDockerTar, flags.tar_path, flags.destinations});
  }
  if (!flags.layout_path.empty()) {
    build.outputs.push_back({OutputType::kLayout, flags.layout_path, flags.destinations});
  }
  if (flags.no_push) return Ok();
  if (flags.destinations.empty()) {
    return UsageError("there is no `--destination` to push to; add one, or `--no-push`");
  }
  build.outputs.push_back({OutputType::kRegistry, "", flags.destinations});
  return Ok();
}

}  // namespace

Result<Command> ParseKanikoCommandLine(const std::vector<std::string>& arguments,
                                       const CliEnvironment& environment) {
  CLI::App app("kaniko's command line, done by cooper", "executor");
  app.set_version_flag("--version", VersionText());
  KanikoFlags flags;
  BuildOptions build;
  AddValue(app, "-c,--context", flags.context, "DIR", "Build context (default: /workspace/)");
  AddValue(app, "--context-sub-path", flags.sub_path, "DIR", "Directory inside the context");
  AddValue(app, "-f,--dockerfile", flags.dockerfile, "FILE", "Default: Dockerfile");
  AddList(app, "-d,--destination", flags.destinations, "REF", "Name of the image (repeatable)");
  AddList(app, "--build-arg", flags.build_args, "NAME[=VALUE]", "Value of an ARG (repeatable)");
  AddList(app, "--label", flags.labels, "NAME=VALUE", "Label of the image (repeatable)");
  AddList(app, "--target", build.input.targets, "STAGE", "Stage to build (default: the last)");
  AddValue(app, "--custom-platform,--customPlatform", build.input.platform, "OS/ARCH",
           "Platform of the image (default: this machine)");
  AddValue(app, "--tar-path,--tarPath", flags.tar_path, "FILE", "Write a docker-save tar");
  AddValue(app, "--oci-layout-path", flags.layout_path, "DIR", "Write an OCI layout directory");
  AddValue(app, "--digest-file", flags.digest_file, "FILE", "Write the image's digest to a file");
  app.add_flag("--no-push", flags.no_push, "Do not push");
  app.add_flag("--insecure", flags.insecure, "Push over plain HTTP");
  app.add_flag("--insecure-pull", flags.insecure_pull, "Not supported yet");
  AddList(app, "--insecure-registry", build.input.insecure_registries, "HOST",
          "Registry to reach over plain HTTP (repeatable)");
  app.add_flag("--force", flags.ignored, "Accepted; no container is needed");
  app.add_flag("--skip-unused-stages", flags.ignored, "Accepted; always so");

  COOPER_ASSIGN_OR_RETURN(const WordsOutcome outcome, ParseWords(app, arguments));
  if (const auto* help = std::get_if<HelpWanted>(&outcome)) {
    return Command(PrintRequest{help->text});
  }
  if (std::holds_alternative<VersionWanted>(outcome)) {
    return Command(PrintRequest{VersionText() + "\n"});
  }

  COOPER_ASSIGN_OR_RETURN(build.input.context, ContextDirectory(flags));
  build.input.dockerfile = DockerfilePath(flags, build.input.context);
  for (const std::string& text : flags.build_args) {
    COOPER_RETURN_IF_ERROR(AddBuildArg(text, environment, build.input.build_args));
  }
  for (const std::string& text : flags.labels) {
    COOPER_RETURN_IF_ERROR(AddPair("--label", text, build.input.labels));
  }
  build.digest_file = flags.digest_file;
  COOPER_RETURN_IF_ERROR(AddOutputs(flags, build));
  if (flags.insecure_pull) {
    return UsageError(
        "`--insecure-pull` is not supported yet; name the hosts with `--insecure-registry HOST`");
  }
  if (flags.insecure) {
    COOPER_RETURN_IF_ERROR(TrustHosts(flags.destinations, build.input.insecure_registries));
  }
  return Command(KanikoRequest{std::move(build)});
}

}  // namespace cooper
