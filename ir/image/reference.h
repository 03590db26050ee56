// Image references (distribution's reference grammar, normalised as Docker does).

#ifndef COOPER_IR_IMAGE_REFERENCE_H_
#define COOPER_IR_IMAGE_REFERENCE_H_

#include <optional>
#include <string>
#include <string_view>

#include "ir/base/digest.h"
#include "ir/base/result.h"

namespace cooper {

// "golang:1.24" is docker.io / library/golang / 1.24.
struct Reference {
  std::string domain;  // "docker.io", "localhost:5000"
  std::string path;    // "library/golang"
  std::string tag;     // empty only when a digest is given
  std::optional<Digest> digest;

  // A reference without tag and digest gets the tag "latest". The error says
  // which part is wrong; upper case in the repository is a common one.
  static Result<Reference> Parse(std::string_view text);

  std::string ToString() const;        // "docker.io/library/golang:1.24@sha256:..."
  std::string Repository() const;      // "docker.io/library/golang"
  std::string FamiliarString() const;  // "golang:1.24", as people write it

  friend auto operator<=>(const Reference&, const Reference&) = default;
};

}  // namespace cooper

#endif  // COOPER_IR_IMAGE_REFERENCE_H_
