#include <fmt/format.h>

#include <ostream>
#include <string>

#include "cli/commands.h"
#include "cli/image/ascii_json.h"
#include "cli/opened_image.h"
#include "cli/workshop.h"
#include "ir/base/diagnostic_printer.h"

namespace cooper {
namespace {

Status Inspect(const ImageInspectOptions& options, CliEnvironment& environment) {
  Workshop workshop(options.input, environment, StoreUse::kRead);
  workshop.UseForm(SnapshotForm::kUser);
  COOPER_ASSIGN_OR_RETURN(const OpenedImage image,
                          OpenImage(workshop, options.image, options.input.platform));
  COOPER_ASSIGN_OR_RETURN(Store* const store, workshop.store());
  const ImageDescription& description = image.description;
  // As they are, with what cooper has no use for.
  COOPER_ASSIGN_OR_RETURN(const std::string manifest,
                          store->ReadBlob(description.digest, kMaxManifestBytes));
  COOPER_ASSIGN_OR_RETURN(
      const std::string config,
      store->ReadBlob(description.manifest.config.digest, kMaxImageConfigBytes));
  environment.out << fmt::format("{{\"digest\":\"{}\",\n\"manifest\":{},\n\"config\":{}}}\n",
                                 description.digest.ToString(), AsciiJson(manifest),
                                 AsciiJson(config));
  return Ok();
}

}  // namespace

int RunImageInspect(const ImageInspectOptions& options, CliEnvironment& environment) {
  environment.single_threaded_part_is_over();
  const Status status = Inspect(options, environment);
  if (status.ok()) return 0;
  environment.err << FormatError(status.error(), SourceFiles());
  return ExitCodeFor(status.error().kind());
}

}  // namespace cooper
