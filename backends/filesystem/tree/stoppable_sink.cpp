#include "backends/filesystem/tree/stoppable_sink.h"

#include <utility>

namespace cooper {
namespace {

Error Stopped() { return {DiagnosticKind::kInterrupted, "the build was interrupted"}; }

class StoppableReader : public ContentReader {
 public:
  StoppableReader(ContentReader& next, const std::stop_token& stop) : next_(next), stop_(stop) {}
  Result<size_t> Read(std::span<char> buffer) override {
    if (stop_.stop_requested()) return Stopped();
    return next_.Read(buffer);
  }
  std::optional<Digest> KnownDigest() const override { return next_.KnownDigest(); }
  void LearnDigest(const Digest& digest) override { next_.LearnDigest(digest); }

 private:
  ContentReader& next_;
  const std::stop_token& stop_;
};

}  // namespace

Status StoppableSink::Add(const TreeEntry& entry, ContentReader* content) {
  if (stop_.stop_requested()) return Stopped();
  if (content == nullptr) return next_.Add(entry, nullptr);
  StoppableReader reader(*content, stop_);
  return next_.Add(entry, &reader);
}

}  // namespace cooper
