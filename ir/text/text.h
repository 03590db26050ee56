// Small text functions that every stage needs: escaping, quoting, suggestions.

#ifndef COOPER_IR_TEXT_TEXT_H_
#define COOPER_IR_TEXT_TEXT_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cooper {

// `text` with everything that could steer a terminal made visible: control
// bytes, bidirectional overrides and bytes that are not UTF-8 become `\xNN` or
// `\u{NNNN}`; a tab becomes a blank. Newlines become `\n`.
std::string EscapeForTerminal(std::string_view text);

// Columns that an escaped text takes: one per code point.
size_t DisplayWidth(std::string_view escaped);

// `text` in double quotes as graph text writes it: `\"`, `\\`, `\n`, `\t`, and
// `\xNN` for every other byte below 0x20, 0x7f and bytes that are not UTF-8.
std::string Quoted(std::string_view text);

// Reads a literal that Quoted wrote, which must be all of `literal`.
std::optional<std::string> Unquoted(std::string_view literal);

// The candidate nearest to `word`, if it is near enough to be a slip of the
// fingers: edit distance at most a third of the word's length, ignoring case.
std::optional<std::string_view> NearestName(std::string_view word,
                                            std::span<const std::string_view> candidates);

}  // namespace cooper

#endif  // COOPER_IR_TEXT_TEXT_H_
