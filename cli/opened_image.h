// An image that the command line names, with its manifest and configuration at hand.

#ifndef COOPER_CLI_OPENED_IMAGE_H_
#define COOPER_CLI_OPENED_IMAGE_H_

#include "backends/source/image_source.h"
#include "cli/options/image_options.h"
#include "cli/workshop.h"
#include "ir/base/result.h"
#include "ir/graph/ops.h"

namespace cooper {

struct OpenedImage {
  Op source;  // for ImageSource::FetchLayer
  ImageDescription description;
};

// `platform` as --platform has it; empty: this machine. What was read is in the store.
Result<OpenedImage> OpenImage(Workshop& workshop, const ImageName& name,
                              const std::string& platform);

}  // namespace cooper

#endif  // COOPER_CLI_OPENED_IMAGE_H_
