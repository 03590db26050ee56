// Finds the heredoc words (`<<EOF`, `3<<-"EOF"`) of an instruction's text.

#ifndef COOPER_FRONTENDS_DOCKERFILE_PRESCAN_HEREDOC_MARKER_H_
#define COOPER_FRONTENDS_DOCKERFILE_PRESCAN_HEREDOC_MARKER_H_

#include <optional>
#include <string_view>
#include <vector>

#include "frontends/dockerfile/prescan/logical_line.h"

namespace cooper {

// The marker that `word` is, with an empty body; nothing for other words, for
// `<<` alone and for `<<<`.
std::optional<Heredoc> ParseHeredocMarker(std::string_view word);

// The markers among the shell words of `text`, in order. A text whose quotes do
// not close has none.
std::vector<Heredoc> FindHeredocMarkers(std::string_view text);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_PRESCAN_HEREDOC_MARKER_H_
