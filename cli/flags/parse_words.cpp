#include "cli/flags/parse_words.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/flags/foreign_flags.h"
#include "ir/text/text.h"

namespace cooper {
namespace {

// Where the descriptions of flags begin in a help text.
constexpr size_t kHelpColumn = 29;

// The verb that the words chose, else the program.
const CLI::App& ChosenVerb(const CLI::App& app) {
  const std::vector<CLI::App*> verbs = app.get_subcommands();
  return verbs.empty() ? app : *verbs.front();
}

// As the user types it: "cooper", "cooper build", "executor".
std::string CommandName(const CLI::App& app) {
  const CLI::App* const parent = app.get_parent();
  return parent == nullptr ? app.get_name() : parent->get_name() + " " + app.get_name();
}

std::string SeeHelp(const CLI::App& verb) {
  return fmt::format("; see `{} --help`", CommandName(verb));
}

std::string SuggestionOrHelp(const std::string& word, const std::vector<std::string>& names,
                             const CLI::App& verb) {
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const auto nearest = NearestName(word, candidates);
  return nearest ? fmt::format("; did you mean `{}`?", *nearest) : SeeHelp(verb);
}

std::vector<std::string> FlagNames(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> VerbNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(verb->get_name());
  }
  return names;
}

std::vector<std::string> PositionalNames(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    if (option->get_positional()) names.push_back(option->get_name(true));
  }
  return names;
}

// The chosen verb, when the program met `flag` before it.
std::optional<std::string> VerbThatKnows(const CLI::App& app, const std::string& flag) {
  const CLI::App& verb = ChosenVerb(app);
  if (&verb == &app || app.remaining(/*recurse=*/false).empty()) return std::nullopt;
  if (verb.get_option_no_throw(flag) == nullptr) return std::nullopt;
  return CommandName(verb);
}

std::string UnknownWord(const CLI::App& app, const std::string& word) {
  const CLI::App& verb = ChosenVerb(app);
  if (word.size() > 1 && word.starts_with('-')) {
    const std::string flag = word.substr(0, word.find('='));
    if (const std::optional<std::string> verb_of_flag = VerbThatKnows(app, flag)) {
      return fmt::format("flag `{}` stands before the verb; write `{} {} ...`", flag, *verb_of_flag,
                         flag);
    }
    if (const std::string_view advice = AdviceForForeignFlag(flag);
        !advice.empty() && verb.get_parent() != nullptr) {
      return fmt::format("unknown flag `{}`; {}", flag, advice);
    }
    return fmt::format("unknown flag `{}`{}", flag, SuggestionOrHelp(flag, FlagNames(verb), verb));
  }
  if (const std::vector<std::string> verbs = VerbNames(verb); !verbs.empty()) {
    return fmt::format("unknown verb `{}`{}", word, SuggestionOrHelp(word, verbs, verb));
  }
  const std::vector<std::string> positionals = PositionalNames(verb);
  return fmt::format("unexpected argument `{}`; `{}` takes {}", word, CommandName(verb),
                     positionals.empty() ? "flags alone" : "one " + positionals.front());
}

std::string MissingWord(const CLI::App& verb) {
  if (const std::vector<std::string> verbs = VerbNames(verb); !verbs.empty()) {
    return fmt::format("no verb was given; the verbs are `{}`{}", fmt::join(verbs, "`, `"),
                       SeeHelp(verb));
  }
  return fmt::format("`{}` needs a {}{}", CommandName(verb),
                     fmt::join(PositionalNames(verb), " and a "), SeeHelp(verb));
}

std::string MessageFor(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& verb = ChosenVerb(app);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string text = error.what();  // "--file: 1 required TEXT missing"
    return fmt::format("`{}` needs a value{}", text.substr(0, text.find(':')), SeeHelp(verb));
  }
  // CLI11 looks for what is missing before it looks at what is too much; a
  // misspelt word explains more.
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  if (!unknown.empty()) return UnknownWord(app, unknown.front());
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return MissingWord(verb);
  std::string text = error.what();
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text + SeeHelp(verb);
}

// The help of the chosen verb, without the double blank lines of CLI11.
std::string HelpText(const CLI::App& app) {
  std::string text = app.help();
  for (size_t at; (at = text.find("\n\n\n")) != std::string::npos;) text.erase(at, 1);
  text.erase(text.find_last_not_of('\n') + 1);
  return text + "\n";
}

}  // namespace

CLI::Option& AddValue(CLI::App& app, const std::string& names, std::string& value,
                      const std::string& value_name, const std::string& description) {
  return *app.add_option(names, value, description)
              ->option_text(value_name)
              ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

CLI::Option& AddList(CLI::App& app, const std::string& names, std::vector<std::string>& values,
                     const std::string& value_name, const std::string& description) {
  return *app.add_option(names, values, description)
              ->option_text(value_name)
              ->allow_extra_args(false);
}

Result<WordsOutcome> ParseWords(CLI::App& app, const std::vector<std::string>& words) {
  app.get_formatter()->column_width(kHelpColumn);
  app.get_formatter()->label("OPTIONS", "FLAGS");
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  // CLI11 wants the words in reverse order.
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForVersion&) {
    return WordsOutcome(VersionWanted{});
  } catch (const CLI::CallForHelp&) {
    return WordsOutcome(HelpWanted{HelpText(app)});
  } catch (const CLI::ParseError& error) {
    return Error(DiagnosticKind::kUsage, MessageFor(app, error));
  }
  return WordsOutcome(WordsParsed{});
}

}  // namespace cooper
