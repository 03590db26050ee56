// Hexadecimal digits as digests and escapes have them: lower case alone.

#ifndef COOPER_IR_TEXT_HEX_H_
#define COOPER_IR_TEXT_HEX_H_

namespace cooper {

// -1 for what is no digit.
constexpr int HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

}  // namespace cooper

#endif  // COOPER_IR_TEXT_HEX_H_
