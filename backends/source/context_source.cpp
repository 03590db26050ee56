#include "backends/source/context_source.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>

#include "backends/filesystem/context/context_tree.h"

namespace cooper {
namespace {

FileTime Now() {
  using std::chrono::nanoseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return {.seconds = seconds.count(),
          .nanoseconds = static_cast<uint32_t>(
              std::chrono::duration_cast<nanoseconds>(now - seconds).count())};
}

}  // namespace

void ContextSource::RecallDigestsFrom(Store& store) {
  const std::lock_guard lock(mutex_);
  store_ = &store;
}

std::shared_ptr<FileDigests> ContextSource::DigestsOf(const std::string& directory) {
  if (store_ == nullptr) return nullptr;
  Digests& digests = digests_[directory];
  if (digests.files == nullptr) {
    std::error_code code;
    digests.key = Digest::Of(std::filesystem::canonical(directory, code).string());
    digests.files = std::make_shared<FileDigests>(Now());
    if (const std::optional<std::string> bytes = store_->FindFileDigests(digests.key)) {
      digests.files->Load(*bytes);
    }
  }
  return digests.files;
}

void ContextSource::KeepDigests() {
  const std::lock_guard lock(mutex_);
  for (const auto& [directory, digests] : digests_) {
    if (digests.files->changed()) store_->PutFileDigests(digests.key, digests.files->Serialize());
  }
}

Result<FileTree> ContextSource::Open(const SourceContextOp& context) {
  const auto directory = directories_.find(context.name);
  if (directory == directories_.end()) {
    return Error(DiagnosticKind::kContext, "no directory was given for the build context `" +
                                               context.name + "`; add `--build-context " +
                                               context.name + "=DIR`");
  }
  const std::lock_guard lock(mutex_);
  Walk walk{context.name, context.exclude};
  if (const auto found = trees_.find(walk); found != trees_.end()) return found->second;
  COOPER_ASSIGN_OR_RETURN(FileTree tree, OpenContextTree(directory->second, context.exclude,
                                                         DigestsOf(directory->second)));
  return trees_.emplace(std::move(walk), std::move(tree)).first->second;
}

bool ContextSource::IsExcluded(const SourceContextOp& context, const std::string& path) {
  if (context.exclude.empty()) return false;
  SourceContextOp unfiltered = context;
  unfiltered.exclude.clear();
  const Result<FileTree> everything = Open(unfiltered);
  const Result<FileTree> filtered = Open(context);
  return everything.ok() && filtered.ok() && everything->Find(path) && !filtered->Find(path);
}

}  // namespace cooper
