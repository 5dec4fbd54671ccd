// The formatting of single values: what Go's package fmt does once flags, width and precision are
// known.
#pragma once

#include <complex>
#include <cstdint>
#include <string>
#include <string_view>

namespace eventer::tmpl {

struct FormatFlags {
  bool has_width = false, has_precision = false;
  bool minus = false, plus = false, sharp = false, space = false, zero = false;
  bool plus_v = false, sharp_v = false;  // %+v and %#v
  int width = 0, precision = 0;          // at most a million each
};

class Formatter {
 public:
  explicit Formatter(std::string& out) : out_(out) {}

  FormatFlags flags;

  void Pad(std::string_view text);  // to the width
  void Text(std::string_view text);
  void Quoted(std::string_view text);
  void Hex(std::string_view bytes, bool upper);
  // `base` 2, 8, 10 or 16; `prefix_o`: as %O.
  void Integer(std::uint64_t value, bool negative, int base, bool upper, bool prefix_o = false);
  void Character(std::uint64_t code);
  void QuotedCharacter(std::uint64_t code);
  void Unicode(std::uint64_t code);  // U+0041 'A'
  // `verb` one of b e E f g G x X; a precision of -1: as short as it can be read back.
  void Float(double value, char verb, int precision);

 private:
  std::string_view Truncated(std::string_view text) const;
  void Padding(int count);

  std::string& out_;
};

// strconv.FormatFloat for 64 bits.
std::string FormatFloat(double value, char verb, int precision);

}  // namespace eventer::tmpl
