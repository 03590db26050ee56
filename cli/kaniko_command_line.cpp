#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "cli/command_line.h"
#include "cli/version.h"
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
    return UsageError(fmt::format("`--context {}`: only directories are supported yet", directory));
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
    return UsageError("no `--destination` to push to; add one, or `--no-push`");
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
  app.add_option("-c,--context", flags.context, "Directory of the build context");
  app.add_option("--context-sub-path", flags.sub_path, "Directory inside the context");
  app.add_option("-f,--dockerfile", flags.dockerfile, "Dockerfile");
  app.add_option("-d,--destination", flags.destinations, "Name of the image (repeatable)");
  app.add_option("--build-arg", flags.build_args, "NAME=VALUE for ARG (repeatable)");
  app.add_option("--label", flags.labels, "NAME=VALUE label (repeatable)");
  app.add_option("--target", build.input.targets, "Stage to build");
  app.add_option("--custom-platform,--customPlatform", build.input.platform, "os/arch");
  app.add_option("--tar-path,--tarPath", flags.tar_path, "Write a docker-save tar");
  app.add_option("--oci-layout-path", flags.layout_path, "Write an OCI layout directory");
  app.add_option("--digest-file", flags.digest_file, "Write the image's digest to a file");
  app.add_flag("--no-push", flags.no_push, "Do not push");
  app.add_flag("--insecure", flags.insecure, "Push over plain HTTP");
  app.add_flag("--insecure-pull", flags.insecure_pull, "Not supported yet");
  app.add_option("--insecure-registry", build.input.insecure_registries,
                 "Registry host to reach over plain HTTP (repeatable)");
  app.add_flag("--force", flags.ignored, "Accepted; no container is needed");
  app.add_flag("--skip-unused-stages", flags.ignored, "Accepted; always so");

  std::vector<std::string> words(arguments.rbegin(), arguments.rend());
  try {
    app.parse(words);
  } catch (const CLI::CallForVersion&) {
    return Command(PrintRequest{VersionText() + "\n"});
  } catch (const CLI::CallForHelp&) {
    return Command(PrintRequest{app.help()});
  } catch (const CLI::ParseError& error) {
    return UsageError(fmt::format("{}; see `executor --help`", error.what()));
  }

  COOPER_ASSIGN_OR_RETURN(build.input.context, ContextDirectory(flags));
  build.input.dockerfile = DockerfilePath(flags, build.input.context);
  for (const std::string& text : flags.build_args) {
    COOPER_RETURN_IF_ERROR(AddBuildArg(text, environment, build.input.build_args));
  }
  for (const std::string& text : flags.labels) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError(fmt::format("`--label {}`: expected NAME=VALUE", text));
    }
    build.input.labels[text.substr(0, equals)] = text.substr(equals + 1);
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
