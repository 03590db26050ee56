// What COPY and ADD have in common.

#ifndef COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_FILE_TRANSFER_H_
#define COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_FILE_TRANSFER_H_

#include <optional>
#include <string>
#include <vector>

#include "frontends/dockerfile/grammar/ast.h"
#include "frontends/dockerfile/lower/stage_lowering.h"

namespace cooper {

// The arguments and flags with their variables expanded.
struct FileTransfer {
  struct Source {
    std::string text;                  // expanded; of a heredoc its word
    const Heredoc* heredoc = nullptr;  // its content takes the place of a path
    SourceRange range;
  };
  std::vector<Source> sources;
  std::string destination;  // as written, expanded
  std::string to;           // absolute
  std::string chown;
  std::string chmod;
  std::vector<std::string> exclude;
  bool link = false;
  bool parents = false;
};

// Nothing after a reported fault.
std::optional<FileTransfer> ReadFileTransfer(const Instruction& instruction, StageLowering& stage);

// Copies the heredocs among the sources onto the stage's root.
void CopyHeredocs(const Instruction& instruction, const FileTransfer& transfer,
                  StageLowering& stage);

// `COPY [--parents] [--chown=x] [--chmod=x] SOURCE... DESTINATION`, without user names and
// passwords of URLs
std::string TransferHistory(std::string_view keyword, const FileTransfer& transfer);

bool IsHttpUrl(std::string_view text);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_LOWER_INSTRUCTIONS_FILE_TRANSFER_H_
