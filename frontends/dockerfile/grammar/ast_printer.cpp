#include "frontends/dockerfile/grammar/ast_printer.h"

#include <fmt/format.h>
#include <llvm/Support/ConvertUTF.h>
#include <llvm/Support/Unicode.h>

#include <cctype>
#include <cstdint>

namespace cooper {
namespace {

// The control characters that have a letter of their own.
char LetterOf(char c) {
  switch (c) {
    case '\a':
      return 'a';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\v':
      return 'v';
    case '"':
      return '"';
    case '\\':
      return '\\';
    default:
      return '\0';
  }
}

// Go prints no blank but U+0020; LLVM counts all of Unicode's as printable.
bool IsPrintable(uint32_t point) {
  if (point == 0xa0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x202f ||
      point == 0x205f || point == 0x3000) {
    return false;
  }
  return llvm::sys::unicode::isPrintable(static_cast<int>(point));
}

void Print(const Instruction& instruction, std::string& out) {
  out += '(';
  for (const char c : instruction.keyword.text) {
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (!instruction.flags.empty()) {
    out += " [";
    for (size_t i = 0; i < instruction.flags.size(); ++i) {
      if (i > 0) out += ' ';
      out += GoQuoted(instruction.flags[i].Text());
    }
    out += ']';
  }
  for (const Word& argument : instruction.arguments) out += ' ' + GoQuoted(argument.text);
  for (const Assignment& assignment : instruction.assignments) {
    out += ' ' + GoQuoted(assignment.name.text) + ' ' + GoQuoted(assignment.value.text) + ' ' +
           GoQuoted(assignment.legacy ? "" : "=");
  }
  // BuildKit's parser gives an unknown word one empty argument.
  if (instruction.kind == InstructionKind::kUnknown) out += " \"\"";
  if (instruction.trigger) {
    out += ' ';
    Print(*instruction.trigger, out);
  }
  out += ')';
}

}  // namespace

std::string GoQuoted(std::string_view text) {
  std::string out = "\"";
  const auto* at = reinterpret_cast<const llvm::UTF8*>(text.data());
  const llvm::UTF8* const end = at + text.size();
  while (at < end) {
    const char c = static_cast<char>(*at);
    if (const char letter = LetterOf(c); letter != '\0') {
      out += '\\';
      out += letter;
      ++at;
      continue;
    }
    llvm::UTF32 point = 0;
    const llvm::UTF8* const begin = at;
    if (*at < 0x20 || *at == 0x7f ||
        llvm::convertUTF8Sequence(&at, end, &point, llvm::strictConversion) != llvm::conversionOK) {
      out += fmt::format("\\x{:02x}", *begin);
      at = begin + 1;
    } else if (IsPrintable(point)) {
      out.append(reinterpret_cast<const char*>(begin), static_cast<size_t>(at - begin));
    } else {
      out += point > 0xffff ? fmt::format("\\U{:08x}", point) : fmt::format("\\u{:04x}", point);
    }
  }
  return out + '"';
}

std::string PrintAst(const Dockerfile& dockerfile) {
  std::string out;
  for (const Instruction& instruction : dockerfile.instructions) {
    Print(instruction, out);
    out += '\n';
  }
  return out;
}

}  // namespace cooper
