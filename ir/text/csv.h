// A line of comma-separated values, as flags and mounts are written (RFC 4180, leniently).

#ifndef COOPER_IR_TEXT_CSV_H_
#define COOPER_IR_TEXT_CSV_H_

#include <string>
#include <string_view>
#include <vector>

namespace cooper {

// Splits at commas outside double quotes. The quotes go, two of them inside quotes stand
// for one; a quote that is not closed reaches to the end. At least one field.
std::vector<std::string> SplitCsv(std::string_view text);

}  // namespace cooper

#endif  // COOPER_IR_TEXT_CSV_H_
