#include "backends/export/archive/oci_tar_exporter.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <memory>

#include "backends/export/archive/tar_stream_writer.h"
#include "backends/export/image_parts.h"
#include "backends/export/output_file.h"
#include "ir/image/media_type.h"

namespace cooper {

std::string OciTarExporter::Description() const {
  return destination_ == "-" ? "oci tar to standard output"
                             : fmt::format("oci tar `{}`", destination_);
}

Status OciTarExporter::Check() { return OutputFile::Check(destination_); }

Status OciTarExporter::Export(const BuiltImage& image, Store& store) {
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file, OutputFile::Open(destination_));
  TarStreamWriter tar([&file](std::string_view bytes) { return file->Write(bytes); });
  // What a reader of the stream needs first comes first.
  COOPER_RETURN_IF_ERROR(tar.AddFile("oci-layout", kOciLayoutJson));
  const ImageIndex index{.media_type = std::string(media_type::kOciIndex),
                         .manifests = NamedDescriptors(image, names_),
                         .annotations = {}};
  COOPER_RETURN_IF_ERROR(tar.AddFile("index.json", ToJson(index)));

  std::map<Digest, std::function<Status(const std::string& name)>> blobs;
  for (const Descriptor& layer : image.manifest.layers) {
    blobs[layer.digest] = [this, &tar, &store, &layer](const std::string& name) {
      return tar.AddFile(name, layer.size_bytes, [&](const BytesOutput& output) {
        return SendBlob(store, layer, output, stop());
      });
    };
  }
  const auto add_document = [&](const Descriptor& descriptor, const std::string& json) {
    blobs[descriptor.digest] = [&tar, &json](const std::string& name) {
      return tar.AddFile(name, json);
    };
  };
  add_document(image.manifest.config, image.config_json);
  add_document(image.descriptor, image.manifest_json);

  COOPER_RETURN_IF_ERROR(tar.AddDirectory("blobs/"));
  COOPER_RETURN_IF_ERROR(tar.AddDirectory("blobs/sha256/"));
  for (const auto& [digest, add] : blobs) {
    COOPER_RETURN_IF_ERROR(add("blobs/sha256/" + digest.Hex()));
  }
  COOPER_RETURN_IF_ERROR(tar.Finish());
  return file->Commit();
}

}  // namespace cooper
