#include "backends/store/directory/snapshot_names.h"

namespace cooper {
namespace {

std::string_view SuffixOf(SnapshotForm form) {
  switch (form) {
    case SnapshotForm::kTrusted:
      return "";
    case SnapshotForm::kUser:
      return ".user";
    case SnapshotForm::kSingle:
      return ".single";
  }
  return "";
}

}  // namespace

std::string SnapshotName::Text() const { return layer_id.Hex() + std::string(SuffixOf(form)); }

std::optional<SnapshotName> SnapshotName::Parse(std::string_view text) {
  const size_t dot = text.find('.');
  const std::optional<Digest> layer_id = Digest::FromHex(text.substr(0, dot));
  if (!layer_id) return std::nullopt;
  const std::string_view suffix = dot == std::string_view::npos ? "" : text.substr(dot);
  for (const SnapshotForm form : kSnapshotForms) {
    if (SuffixOf(form) == suffix) return SnapshotName{.layer_id = *layer_id, .form = form};
  }
  return std::nullopt;
}

}  // namespace cooper
