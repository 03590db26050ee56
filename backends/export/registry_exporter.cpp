#include "backends/export/registry_exporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "backends/export/image_parts.h"

namespace cooper {
namespace {

constexpr size_t kParallelPushes = 3;

// The bytes of a document that is in memory.
class TextReader : public ContentReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) {}

  Result<size_t> Read(std::span<char> buffer) override {
    const size_t count = std::min(buffer.size(), text_.size());
    std::copy_n(text_.begin(), count, buffer.begin());
    text_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view text_;
};

// Hands out the numbers of the blobs to push, and keeps the first failure: with
// several, the one of the lowest number, whichever thread met it first.
class PushQueue {
 public:
  explicit PushQueue(size_t count) : count_(count) {}

  std::optional<size_t> Next() {
    const std::lock_guard lock(mutex_);
    if (failure_ || next_ == count_) return std::nullopt;
    return next_++;
  }
  void Fail(size_t number, Error error) {
    const std::lock_guard lock(mutex_);
    if (failure_ && failed_number_ < number) return;
    failed_number_ = number;
    failure_ = std::move(error);
  }
  // After the threads have ended.
  const std::optional<Error>& failure() const { return failure_; }
  size_t failed_number() const { return failed_number_; }

 private:
  std::mutex mutex_;
  const size_t count_;
  size_t next_ = 0;
  size_t failed_number_ = 0;
  std::optional<Error> failure_;
};

}  // namespace

std::string RegistryExporter::Description() const {
  return fmt::format("push to `{}`", name_.ToString());
}

Status RegistryExporter::PushBlobs(const BuiltImage& image, Store& store) {
  std::vector<Descriptor> blobs = DistinctLayers(image.manifest);
  blobs.push_back(image.manifest.config);
  PushQueue queue(blobs.size());
  const auto work = [&] {
    while (const std::optional<size_t> number = queue.Next()) {
      const Descriptor& blob = blobs[*number];
      const bool is_config = *number + 1 == blobs.size();
      Status pushed =
          target_->PushBlob(name_, blob, [&]() -> Result<std::unique_ptr<ContentReader>> {
            if (!is_config) return store.OpenBlob(blob.digest);
            return std::unique_ptr<ContentReader>(std::make_unique<TextReader>(image.config_json));
          });
      if (!pushed.ok()) queue.Fail(*number, std::move(pushed).error());
    }
  };
  {
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < std::min(kParallelPushes, blobs.size()); ++i) threads.emplace_back(work);
    work();
  }
  if (!queue.failure()) return Ok();
  Error error = *queue.failure();
  return error.Within(fmt::format("{} stopped at blob {} of {}", Description(),
                                  queue.failed_number() + 1, blobs.size()));
}

Status RegistryExporter::Check() {
  Status status = target_->CheckPush(name_);
  if (!status.ok()) status.error().Within(fmt::format("{} is not possible", Description()));
  return status;
}

Status RegistryExporter::Export(const BuiltImage& image, Store& store) {
  COOPER_RETURN_IF_ERROR(PushBlobs(image, store));
  Result<Digest> digest =
      target_->PushManifest(name_, image.manifest_json, image.manifest.media_type);
  if (!digest.ok()) {
    return digest.error().Within(fmt::format("{} stopped at the manifest", Description()));
  }
  if (*digest != image.descriptor.digest) {
    return Error(
        DiagnosticKind::kRegistry,
        fmt::format("{} stopped at the manifest: the registry keeps it as `{}`, but it "
                    "has the digest `{}`",
                    Description(), digest->ToString(), image.descriptor.digest.ToString()));
  }
  return Ok();
}

}  // namespace cooper
