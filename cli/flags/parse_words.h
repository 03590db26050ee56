// Reads words with CLI11 and says what is wrong with them in the form of the
// house: what was seen in backticks, a suggestion, and where help is.

#ifndef COOPER_CLI_FLAGS_PARSE_WORDS_H_
#define COOPER_CLI_FLAGS_PARSE_WORDS_H_

#include <string>
#include <variant>
#include <vector>

#include "ir/base/result.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cooper {

// A flag with one value; the last one given counts. `value_name` stands for the
// value in the help. `value` is borrowed until the words are parsed.
CLI::Option& AddValue(CLI::App& app, const std::string& names, std::string& value,
                      const std::string& value_name, const std::string& description);

// A flag that may be repeated. Each takes the one word after it and no more, so
// that a CONTEXT may follow.
CLI::Option& AddList(CLI::App& app, const std::string& names, std::vector<std::string>& values,
                     const std::string& value_name, const std::string& description);

// What the words asked for, once they are stored where the flags said.
struct WordsParsed {};
struct VersionWanted {};
struct HelpWanted {
  std::string text;
};
using WordsOutcome = std::variant<WordsParsed, VersionWanted, HelpWanted>;

// `words` without the program's name. kUsage for the first fault found.
Result<WordsOutcome> ParseWords(CLI::App& app, const std::vector<std::string>& words);

}  // namespace cooper

#endif  // COOPER_CLI_FLAGS_PARSE_WORDS_H_
