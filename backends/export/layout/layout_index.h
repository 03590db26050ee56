// The two documents of an OCI image layout (OCI image-spec, image-layout.md).

#ifndef COOPER_BACKENDS_EXPORT_LAYOUT_LAYOUT_INDEX_H_
#define COOPER_BACKENDS_EXPORT_LAYOUT_LAYOUT_INDEX_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/image/descriptor.h"

namespace cooper {

// kOutput unless `marker`, the text of `oci-layout`, says a version 1 layout.
Status CheckLayoutVersion(std::string_view marker, std::string_view shown);

// `index.json` with `images` at its end. An entry with the same `ref.name` goes,
// as does an unnamed one when an unnamed image of its digest comes; every other
// entry stays as it is, with fields that we do not know. An error when the
// existing text is not a valid index.
Result<std::string> MergeIntoIndex(const std::optional<std::string>& existing,
                                   const std::vector<Descriptor>& images);

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_LAYOUT_LAYOUT_INDEX_H_
