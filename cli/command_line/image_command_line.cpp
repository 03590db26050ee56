#include "cli/command_line/image_command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "cli/flags/flag_values.h"
#include "cli/flags/limit_flags.h"
#include "cli/flags/parse_words.h"
#include "cli/flags/place_flags.h"

namespace cooper {
namespace {

Error UsageError(std::string message) { return Error(DiagnosticKind::kUsage, std::move(message)); }

constexpr std::string_view kImageForms =
    "`oci-layout://DIR[:TAG]`, `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:TAG]` or the "
    "reference of an image in a registry";

void AddImage(CLI::App& app, InputOptions& input, std::string& image) {
  AddValue(app, "IMAGE", image, " ",
           "oci-layout://DIR[:TAG] or DIR@DIGEST,\n"
           "oci-archive:FILE[:TAG], docker-archive:FILE[:TAG],\n"
           "or a reference as in alpine:3.20")
      .required();
  AddValue(app, "--platform", input.platform, "OS/ARCH",
           "Which image of several, as in linux/arm64\n"
           "(default: this machine)");
  AddPlaceFlags(app, input);
}

}  // namespace

Result<ImageName> ParseImageName(const std::string& text) {
  constexpr std::pair<std::string_view, ImageName::Kind> kSchemes[] = {
      {"oci-layout:", ImageName::Kind::kLayout},
      {"oci:", ImageName::Kind::kLayout},
      {"oci-archive:", ImageName::Kind::kOciArchive},
      {"docker-archive:", ImageName::Kind::kDockerArchive},
      {"docker-image://", ImageName::Kind::kRegistry}};
  ImageName name;
  name.text = name.place = text;
  for (const auto& [scheme, kind] : kSchemes) {
    if (!text.starts_with(scheme)) continue;
    name.kind = kind;
    name.place = text.substr(scheme.size());
    if (name.place.starts_with("//")) name.place.erase(0, 2);
    break;
  }
  if (name.place.empty()) {
    return UsageError(fmt::format("`{}` names no image; give {}", text, kImageForms));
  }
  if (name.kind == ImageName::Kind::kRegistry) {
    if (text.find("://") == std::string::npos || text.starts_with("docker-image://")) return name;
    return UsageError(fmt::format("`{}` is no image; give {}", text, kImageForms));
  }
  SplitTag(name.place, name.tag);
  return name;
}

Result<Command> ParseImageCommandLine(const std::vector<std::string>& arguments) {
  CLI::App app("Look at images and take them apart", "cooper image");
  app.require_subcommand(1);
  ImageUnpackOptions unpack;
  ImageInspectOptions inspect;
  std::string image;
  RawLimits raw_limits;

  CLI::App* unpack_app =
      app.add_subcommand("unpack", "Write the root file system of an image into a directory");
  AddImage(*unpack_app, unpack.input, image);
  AddValue(*unpack_app, "DIRECTORY", unpack.directory, " ",
           "Made by this; may be there when it is empty")
      .required();
  unpack_app->add_flag("--devices", unpack.devices,
                       "Make device nodes (as root); else they are empty\nfiles");
  AddLimitFlags(*unpack_app, raw_limits);

  CLI::App* inspect_app =
      app.add_subcommand("inspect", "Show the manifest and the configuration as JSON");
  AddImage(*inspect_app, inspect.input, image);
  for (CLI::App* verb : {unpack_app, inspect_app}) verb->group("Verbs");

  COOPER_ASSIGN_OR_RETURN(const WordsOutcome outcome, ParseWords(app, arguments));
  if (const auto* help = std::get_if<HelpWanted>(&outcome))
    return Command(PrintRequest{help->text});
  COOPER_ASSIGN_OR_RETURN(ImageName name, ParseImageName(image));
  if (unpack_app->parsed()) {
    unpack.image = std::move(name);
    COOPER_RETURN_IF_ERROR(FinishLimits(raw_limits, unpack.input.unpack));
    return Command(std::move(unpack));
  }
  inspect.image = std::move(name);
  return Command(std::move(inspect));
}

}  // namespace cooper
