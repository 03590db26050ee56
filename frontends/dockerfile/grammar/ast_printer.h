// The text form of a syntax tree: one parenthesised line an instruction, such as
// `(copy ["--from=build"] "/out/app" "/app")`. Tests and `compile --emit=ast` show it.

#ifndef COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_AST_PRINTER_H_
#define COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_AST_PRINTER_H_

#include <string>
#include <string_view>

#include "frontends/dockerfile/grammar/ast.h"

namespace cooper {

// ENV and LABEL print name, value and separator of each pair. Bodies of heredocs
// are not in the text. Every line ends in a newline.
std::string PrintAst(const Dockerfile& dockerfile);

// `text` as Go's strconv.Quote writes it, which image histories use as well.
std::string GoQuoted(std::string_view text);

}  // namespace cooper

#endif  // COOPER_FRONTENDS_DOCKERFILE_GRAMMAR_AST_PRINTER_H_
