#include "backends/export/layout/layout_exporter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "backends/export/image_parts.h"
#include "backends/export/layout/layout_directory.h"
#include "backends/export/layout/part_directory.h"
#include "backends/export/output_file.h"
#include "backends/store/directory/file_calls.h"

namespace cooper {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

Status Fill(LayoutDirectory& layout, const BuiltImage& image, const std::vector<Reference>& names,
            Store& store, const std::stop_token& stop) {
  for (const Descriptor& layer : DistinctLayers(image.manifest)) {
    COOPER_RETURN_IF_ERROR(layout.AddBlob(
        layer, [&](const BytesOutput& output) { return SendBlob(store, layer, output, stop); }));
  }
  COOPER_RETURN_IF_ERROR(layout.AddBlob(
      image.manifest.config, [&](const BytesOutput& output) { return output(image.config_json); }));
  COOPER_RETURN_IF_ERROR(layout.AddBlob(
      image.descriptor, [&](const BytesOutput& output) { return output(image.manifest_json); }));
  return layout.AddToIndex(NamedDescriptors(image, names));
}

}  // namespace

std::string LayoutExporter::Description() const { return fmt::format("layout `{}`", directory_); }

Result<LayoutExporter::Place> LayoutExporter::FindPlace() const {
  if (directory_.empty() || directory_ == "-") {
    return Error(DiagnosticKind::kOutput,
                 fmt::format("a layout cannot be written to `{}`; name a directory", directory_));
  }
  Place place;
  place.directory = ScopedFd(open(directory_.c_str(), kDirectoryFlags));
  place.present = place.directory.ok();
  if (place.present) return place;
  if (errno != ENOENT) {
    return OutputError(fmt::format("cannot write the layout `{}`", directory_), errno);
  }
  std::filesystem::path path(directory_);
  if (!path.has_filename()) path = path.parent_path();  // "out/"
  place.name = path.filename().string();
  const std::string parent = path.has_parent_path() ? path.parent_path().string() : ".";
  place.directory = ScopedFd(open(parent.c_str(), kDirectoryFlags));
  if (!place.directory.ok()) {
    if (errno == ENOENT) {
      return Error(DiagnosticKind::kOutput,
                   fmt::format("cannot write `{}`: there is no directory `{}`; make it first",
                               directory_, parent));
    }
    return OutputError(fmt::format("cannot write `{}`: directory `{}`", directory_, parent), errno);
  }
  return place;
}

Status LayoutExporter::Check() {
  COOPER_ASSIGN_OR_RETURN(Place place, FindPlace());
  PartDirectory part(std::move(place.directory), place.present ? "layout" : place.name);
  ScopedFd made;
  if (const int error = part.Make(made); error != 0) {
    return OutputError(fmt::format("cannot write `{}`", directory_), error);
  }
  return Ok();
}

Status LayoutExporter::ExportNew(Place place, const BuiltImage& image, Store& store) {
  PartDirectory part(std::move(place.directory), place.name);
  ScopedFd directory;
  if (const int error = part.Make(directory); error != 0) {
    return OutputError(fmt::format("cannot write `{}`", directory_), error);
  }
  COOPER_ASSIGN_OR_RETURN(LayoutDirectory layout,
                          LayoutDirectory::Open(std::move(directory), directory_));
  COOPER_RETURN_IF_ERROR(Fill(layout, image, names_, store, stop()));
  if (const int error = part.MoveIntoPlace(); error != 0) {
    return OutputError(fmt::format("cannot write `{}`", directory_), error);
  }
  return Ok();
}

Status LayoutExporter::Export(const BuiltImage& image, Store& store) {
  COOPER_ASSIGN_OR_RETURN(Place place, FindPlace());
  if (!place.present) return ExportNew(std::move(place), image, store);
  COOPER_ASSIGN_OR_RETURN(LayoutDirectory layout,
                          LayoutDirectory::Open(std::move(place.directory), directory_));
  return Fill(layout, image, names_, store, stop());
}

}  // namespace cooper
