// Writes a finished image somewhere: a tar, a layout directory, a registry.
//
// A file or directory that an exporter names is complete or not there: it is
// written under a temporary name beside its place and renamed at the end.

#ifndef COOPER_BACKENDS_EXPORT_EXPORTER_H_
#define COOPER_BACKENDS_EXPORT_EXPORTER_H_

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "backends/export/built_image.h"
#include "backends/store/store.h"
#include "ir/base/result.h"
#include "ir/image/reference.h"

namespace cooper {

class Exporter {
 public:
  virtual ~Exporter() = default;
  // "oci tar `out.tar`", "push to `registry/web:1.2`": for progress and errors.
  virtual std::string Description() const = 0;
  // Finds out before the build what would stop Export after it: a directory that
  // is not there, a registry that refuses. Leaves nothing behind. Errors as Export's.
  virtual Status Check() = 0;
  // kOutput for files, kRegistry and kRegistryAuth for a push.
  virtual Status Export(const BuiltImage& image, Store& store) = 0;
  // Ends Export soon with kInterrupted, leaving nothing, once it is requested.
  void StopWith(std::stop_token stop) { stop_ = std::move(stop); }

 protected:
  const std::stop_token& stop() const { return stop_; }

 private:
  std::stop_token stop_;
};

}  // namespace cooper

#endif  // COOPER_BACKENDS_EXPORT_EXPORTER_H_
