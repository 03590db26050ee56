#include "tests/golden/golden_file.h"

#include <sstream>

namespace cooper {
namespace {

constexpr std::string_view kCommand = "command: ";
constexpr std::string_view kSection = "--- ";
constexpr std::string_view kInput = "input ";
constexpr std::string_view kExit = "exit ";

}  // namespace

bool ParseGolden(const std::string& text, GoldenFile& golden, std::string& reason) {
  std::istringstream lines(text);
  std::string line;
  std::string* section = nullptr;
  while (std::getline(lines, line)) {
    if (line.starts_with(kSection)) {
      const std::string name = line.substr(kSection.size());
      if (name.starts_with(kInput)) {
        golden.inputs.emplace_back(name.substr(kInput.size()), "");
        section = &golden.inputs.back().second;
      } else if (name == "output") {
        section = &golden.output;
      } else if (name == "diagnostics") {
        section = &golden.diagnostics;
      } else if (name.starts_with(kExit)) {
        golden.exit_code = std::stoi(name.substr(kExit.size()));
        section = nullptr;
      } else {
        reason = "unknown section `" + name + "`";
        return false;
      }
    } else if (section != nullptr) {
      *section += line + "\n";
    } else if (line.starts_with(kCommand)) {
      std::istringstream words(line.substr(kCommand.size()));
      for (std::string word; words >> word;) golden.command.push_back(word);
    } else if (golden.command.empty() && !line.empty()) {
      golden.sentence += golden.sentence.empty() ? line : "\n" + line;
    }
  }
  if (golden.command.empty()) reason = "there is no `command:` line";
  if (golden.sentence.empty()) reason = "there is no sentence at the top";
  return reason.empty();
}

std::string PrintGolden(const GoldenFile& golden) {
  std::string text = golden.sentence + "\ncommand:";
  for (const std::string& word : golden.command) text += " " + word;
  text += "\n\n";
  for (const auto& [name, input] : golden.inputs) text += "--- input " + name + "\n" + input;
  if (!golden.output.empty()) text += "--- output\n" + golden.output;
  if (!golden.diagnostics.empty()) text += "--- diagnostics\n" + golden.diagnostics;
  if (golden.exit_code != 0) text += "--- exit " + std::to_string(golden.exit_code) + "\n";
  return text;
}

}  // namespace cooper
