#include "backends/export/archive/docker_tar_exporter.h"

#include <fmt/format.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>

#include <memory>

#include "backends/export/archive/tar_stream_writer.h"
#include "backends/export/image_parts.h"
#include "backends/export/output_file.h"
#include "ir/image/media_type.h"

namespace cooper {
namespace {

// Loaders tell the compression from the bytes; the suffix is for people.
std::string LayerName(const Descriptor& layer) {
  switch (LayerCompression(layer.media_type).value_or(Compression::kNone)) {
    case Compression::kNone:
      return layer.digest.Hex() + ".tar";
    case Compression::kGzip:
      return layer.digest.Hex() + ".tar.gz";
    case Compression::kZstd:
      return layer.digest.Hex() + ".tar.zst";
  }
  return layer.digest.Hex() + ".tar";
}

std::string ConfigName(const BuiltImage& image) {
  return image.manifest.config.digest.Hex() + ".json";
}

// Layers are listed once for each diff id, also when the same one comes again.
std::string ManifestJson(const BuiltImage& image, const std::vector<Reference>& names) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream);
  json.array([&] {
    json.object([&] {
      json.attribute("Config", ConfigName(image));
      json.attributeBegin("RepoTags");
      if (names.empty()) {
        json.value(nullptr);
      } else {
        json.array([&] {
          for (const Reference& name : names) json.value(name.FamiliarString());
        });
      }
      json.attributeEnd();
      json.attributeArray("Layers", [&] {
        for (const Descriptor& layer : image.manifest.layers) json.value(LayerName(layer));
      });
    });
  });
  stream.flush();
  return text;
}

}  // namespace

std::string DockerTarExporter::Description() const {
  return destination_ == "-" ? "docker tar to standard output"
                             : fmt::format("docker tar `{}`", destination_);
}

Status DockerTarExporter::Check() { return OutputFile::Check(destination_); }

Status DockerTarExporter::Export(const BuiltImage& image, Store& store) {
  for (const Reference& name : names_) {
    if (name.tag.empty() || name.digest) {
      return Error(DiagnosticKind::kUnsupported,
                   fmt::format("a docker tar cannot hold the name `{}`; give a name with a tag and "
                               "without a digest",
                               name.ToString()));
    }
  }
  COOPER_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file, OutputFile::Open(destination_));
  TarStreamWriter tar([&file](std::string_view bytes) { return file->Write(bytes); });
  COOPER_RETURN_IF_ERROR(tar.AddFile("manifest.json", ManifestJson(image, names_)));
  COOPER_RETURN_IF_ERROR(tar.AddFile(ConfigName(image), image.config_json));
  for (const Descriptor& layer : DistinctLayers(image.manifest)) {
    COOPER_RETURN_IF_ERROR(tar.AddFile(
        LayerName(layer), layer.size_bytes,
        [&](const BytesOutput& output) { return SendBlob(store, layer, output, stop()); }));
  }
  COOPER_RETURN_IF_ERROR(tar.Finish());
  return file->Commit();
}

}  // namespace cooper
