#include "cli/opened_image.h"

#include <fmt/format.h>

#include <utility>

#include "backends/source/image_archive.h"
#include "ir/image/platform.h"
#include "ir/image/reference.h"

namespace cooper {
namespace {

Result<Platform> ParsePlatform(const std::string& text) {
  if (text.empty()) return Platform::Host();
  Result<Platform> platform = Platform::Parse(text);
  if (!platform.ok()) return Error(DiagnosticKind::kUsage, platform.error().message());
  return platform;
}

Op LayoutOp(const ImageName& name, const ImageDescription& image) {
  return SourceLayoutOp{name.place, name.tag, image.digest, image.config.platform};
}

}  // namespace

Result<OpenedImage> OpenImage(Workshop& workshop, const ImageName& name,
                              const std::string& platform_text) {
  COOPER_ASSIGN_OR_RETURN(const Platform platform, ParsePlatform(platform_text));
  COOPER_ASSIGN_OR_RETURN(Store* const store, workshop.store());
  COOPER_ASSIGN_OR_RETURN(ImageSource* const images, workshop.images());
  switch (name.kind) {
    case ImageName::Kind::kRegistry: {
      COOPER_ASSIGN_OR_RETURN(const Reference reference, Reference::Parse(name.place));
      COOPER_ASSIGN_OR_RETURN(ImageDescription image, images->Describe(reference, platform));
      return OpenedImage{SourceImageOp{reference.ToString(), image.digest, image.config.platform},
                         std::move(image)};
    }
    case ImageName::Kind::kLayout: {
      COOPER_ASSIGN_OR_RETURN(ImageDescription image,
                              images->DescribeLayout(name.place, name.tag, platform));
      return OpenedImage{LayoutOp(name, image), std::move(image)};
    }
    case ImageName::Kind::kOciArchive: {
      COOPER_ASSIGN_OR_RETURN(const Descriptor top, ReadOciArchive(name.place, name.tag, *store));
      COOPER_ASSIGN_OR_RETURN(ImageDescription image,
                              images->DescribeStored(top, platform, name.place));
      return OpenedImage{LayoutOp(name, image), std::move(image)};
    }
    case ImageName::Kind::kDockerArchive: {
      COOPER_ASSIGN_OR_RETURN(const Descriptor top,
                              ReadDockerArchive(name.place, name.tag, *store));
      COOPER_ASSIGN_OR_RETURN(ImageDescription image,
                              images->DescribeStored(top, platform, name.place));
      return OpenedImage{LayoutOp(name, image), std::move(image)};
    }
  }
  return Error(DiagnosticKind::kInternal, "an image of no kind");
}

}  // namespace cooper
