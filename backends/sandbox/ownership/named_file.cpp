#include "backends/sandbox/ownership/named_file.h"

#include <string>

namespace cooper {

ScopedFd NamedFile::Open(const StepProcess& process) const {
  if (descriptor) return process.OpenFile(*descriptor);
  const std::optional<std::string> text = process.ReadPath(path);
  if (!text) return {};
  if (text->empty() && may_be_empty && directory != AT_FDCWD) return process.OpenFile(directory);
  return process.Open(directory, *text, follow);
}

std::optional<NewName> NamedFile::OpenParent(const StepProcess& process) const {
  const std::optional<std::string> text = process.ReadPath(path);
  if (!text || text->empty()) return std::nullopt;
  return process.OpenParent(directory, *text);
}

}  // namespace cooper
