// The values of flags, from the text that the user typed. Every fault is kUsage
// and names the flag.

#ifndef COOPER_CLI_FLAGS_FLAG_VALUES_H_
#define COOPER_CLI_FLAGS_FLAG_VALUES_H_

#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/options/cli_environment.h"
#include "frontends/frontend.h"
#include "ir/base/result.h"

namespace cooper {

// The fault of a value that is none of `choices`.
Error UnknownChoice(std::string_view flag, const std::string& value,
                    std::span<const std::string_view> choices);

// What the choice named `value` stands for.
template <typename T>
Result<T> ParseChoice(std::string_view flag, const std::string& value,
                      std::initializer_list<std::pair<std::string_view, T>> choices) {
  std::vector<std::string_view> names;
  for (const auto& [name, meaning] : choices) {
    if (name == value) return meaning;
    names.push_back(name);
  }
  return UnknownChoice(flag, value, names);
}

// A number from `least` to `most`.
Result<unsigned> ParseNumber(std::string_view flag, const std::string& value, unsigned least,
                             unsigned most);

// NAME=VALUE; the last of equal names counts.
Status AddPair(std::string_view flag, const std::string& text,
               std::map<std::string, std::string>& pairs);

// "NAME=VALUE", or NAME alone for the value of that variable of ours; a name
// that is not set there is left out (as docker does).
Status AddBuildArg(const std::string& text, const CliEnvironment& environment,
                   std::map<std::string, std::string>& arguments);

// NAME=DIR, NAME=docker-image://REF, NAME=oci-layout://DIR[:TAG] or NAME=URL.
Status AddNamedContext(const std::string& text, std::map<std::string, NamedContext>& contexts);

// DIR:TAG or DIR@sha256:HEX into DIR and what is behind it; `tag` stays as it is when
// there is nothing.
void SplitTag(std::string& place, std::string& tag);

}  // namespace cooper

#endif  // COOPER_CLI_FLAGS_FLAG_VALUES_H_
