#include <fmt/format.h>
#include <unistd.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "backends/unpack/unpack_process.h"
#include "cli/commands.h"
#include "cli/image/new_tree.h"
#include "cli/opened_image.h"
#include "cli/workshop.h"
#include "ir/base/diagnostic_printer.h"
#include "ir/image/media_type.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// Of a layer that CheckLayers of the image source let pass.
Result<Compression> CompressionOf(const Descriptor& layer) {
  const auto compression = LayerCompression(layer.media_type);
  if (compression) return *compression;
  return Error(DiagnosticKind::kUnsupported,
               fmt::format("a layer has the media type `{}`", layer.media_type));
}

class Unpacking {
 public:
  Unpacking(const ImageUnpackOptions& options, CliEnvironment& environment)
      : options_(options),
        environment_(environment),
        workshop_(options.input, environment, StoreUse::kWrite) {
    // There will be no snapshot.
    workshop_.UseForm(SnapshotForm::kUser);
  }

  Status Run() {
    COOPER_ASSIGN_OR_RETURN(NewTree tree, NewTree::Make(options_.directory));
    COOPER_ASSIGN_OR_RETURN(const OpenedImage image,
                            OpenImage(workshop_, options_.image, options_.input.platform));
    COOPER_RETURN_IF_ERROR(Fetch(image));
    COOPER_RETURN_IF_ERROR(Fill(image.description, tree.fd()));
    COOPER_RETURN_IF_ERROR(tree.Commit());
    Tell(image.description);
    return Ok();
  }

 private:
  // Size and digest of each blob are right before the first of them is unpacked.
  Status Fetch(const OpenedImage& image) {
    COOPER_ASSIGN_OR_RETURN(ImageSource* const images, workshop_.images());
    for (size_t i = 0; i < image.description.manifest.layers.size(); ++i) {
      Status fetched =
          images->FetchLayer(image.source, image.description, i, environment_.interrupted);
      if (!fetched.ok()) return std::move(fetched.error().Within(InImage()));
    }
    return Ok();
  }

  Status Fill(const ImageDescription& image, int directory_fd) {
    COOPER_ASSIGN_OR_RETURN(Store* const store, workshop_.store());
    UnpackOptions unpack = options_.input.unpack;
    unpack.form = UnpackForm::kTree;
    unpack.make_devices = options_.devices;
    COOPER_ASSIGN_OR_RETURN(UnpackProcess process,
                            UnpackProcess::Start(environment_.program, unpack));
    const std::vector<Descriptor>& layers = image.manifest.layers;
    for (const Descriptor& layer : layers) {
      COOPER_ASSIGN_OR_RETURN(const Compression compression, CompressionOf(layer));
      COOPER_ASSIGN_OR_RETURN(const ScopedFd blob, store->OpenBlobFile(layer.digest));
      COOPER_RETURN_IF_ERROR(process.AddLayer(blob.get(), compression, directory_fd));
    }
    for (size_t i = 0; i < layers.size(); ++i) {
      Result<UnpackedLayer> unpacked = process.Next(environment_.interrupted);
      if (!unpacked.ok()) {
        unpacked.error().Within(fmt::format("layer {} of {}", i + 1, layers.size()));
        return std::move(unpacked.error().Within(InImage()));
      }
      COOPER_RETURN_IF_ERROR(CheckDiffId(image.config.diff_ids[i], unpacked->diff_id, i));
      CountDevices(unpacked->index);
    }
    return Ok();
  }

  Status CheckDiffId(const Digest& stated, const Digest& found, size_t layer) const {
    if (stated == found) return Ok();
    return Error(DiagnosticKind::kLayerInvalid,
                 fmt::format("{}: layer {} unpacks to {}, but the image config says {}", InImage(),
                             layer + 1, found.ToString(), stated.ToString()));
  }

  void CountDevices(const LayerIndex& index) {
    for (const TreeEntry& entry : index.entries()) {
      if (entry.type == EntryType::kCharDevice || entry.type == EntryType::kBlockDevice) {
        ++devices_;
      }
    }
  }

  void Tell(const ImageDescription& image) {
    if (geteuid() != 0) {
      environment_.err << "note: all files are yours, and set-id bits and file capabilities of "
                          "others are left out: only root gives files away\n";
    }
    if (devices_ > 0 && !(options_.devices && geteuid() == 0)) {
      environment_.err << fmt::format(
          "note: {} device nodes became empty files; `--devices` as root makes them\n", devices_);
    }
    environment_.err << fmt::format("wrote {} layers to {}\n", image.manifest.layers.size(),
                                    EscapeForTerminal(options_.directory));
    environment_.err << "image " << image.digest.ToString() << std::endl;
  }

  std::string InImage() const { return fmt::format("image `{}`", options_.image.text); }

  const ImageUnpackOptions& options_;
  CliEnvironment& environment_;
  Workshop workshop_;
  size_t devices_ = 0;
};

}  // namespace

int RunImageUnpack(const ImageUnpackOptions& options, CliEnvironment& environment) {
  environment.single_threaded_part_is_over();
  const Status status = Unpacking(options, environment).Run();
  if (status.ok()) return 0;
  environment.err << FormatError(status.error(), SourceFiles());
  return ExitCodeFor(status.error().kind());
}

}  // namespace cooper
