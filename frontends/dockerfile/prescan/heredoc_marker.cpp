#include "frontends/dockerfile/prescan/heredoc_marker.h"

#include <charconv>
#include <string>
#include <utility>

#include "frontends/dockerfile/expand/word_expander.h"

namespace cooper {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

// Markers are shell words whatever the file's escape character is.
ExpandOptions RawWords() {
  return {.escape = '\\', .keep_quotes = true, .keep_escapes = true, .keep_unset = true};
}

bool IsOnlyArrows(std::string_view word) {
  if (word.ends_with("<<-")) word.remove_suffix(1);
  if (!word.ends_with("<<")) return false;
  word.remove_suffix(2);
  return word.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::optional<Heredoc> ParseHeredocMarker(std::string_view word) {
  const size_t arrows = word.find_first_not_of("0123456789");
  if (arrows == std::string_view::npos || word.substr(arrows, 2) != "<<") return std::nullopt;
  Heredoc heredoc;
  std::from_chars(word.data(), word.data() + arrows, heredoc.file_descriptor);
  std::string_view rest = word.substr(arrows + 2);
  if (!rest.empty() && rest[0] == '-') {
    heredoc.chomp = true;
    rest.remove_prefix(1);
  }
  const size_t begin = rest.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(begin);
  if (rest.find('<') != std::string_view::npos) return std::nullopt;

  // A name that reads differently without its quotes was quoted somewhere.
  const EmptyScope scope;
  const WordsExpansion plain = WordExpander(scope, {.keep_unset = true}).ExpandWords(rest);
  const WordsExpansion raw =
      WordExpander(scope, {.keep_quotes = true, .keep_unset = true}).ExpandWords(rest);
  if (plain.fault || plain.words.size() != 1 || raw.fault || raw.words.size() != 1) {
    return std::nullopt;
  }
  heredoc.name = plain.words[0];
  heredoc.expand = plain.words[0] == raw.words[0];
  return heredoc;
}

std::vector<Heredoc> FindHeredocMarkers(std::string_view text) {
  std::vector<Heredoc> markers;
  if (text.find("<<") == std::string_view::npos) return markers;
  const EmptyScope scope;
  const std::vector<std::string> words = WordExpander(scope, RawWords()).ExpandWords(text).words;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string word = words[i];
    // Blanks may stand between the arrows and the name: `<< EOF`.
    if (IsOnlyArrows(word) && i + 1 < words.size()) word += " " + words[++i];
    if (std::optional<Heredoc> marker = ParseHeredocMarker(word)) {
      markers.push_back(*std::move(marker));
    }
  }
  return markers;
}

}  // namespace cooper
