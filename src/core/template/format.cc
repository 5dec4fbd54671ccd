#include "core/template/format.h"

#include <algorithm>
#include <limits>

#include "core/template/quote.h"
#include "core/template/unicode.h"

namespace eventer::tmpl {
namespace {

constexpr std::string_view kLowerDigits = "0123456789abcdef";
constexpr std::string_view kUpperDigits = "0123456789ABCDEF";

// Without the blanks and zeros of the width, while it lives.
class NoZeros {
 public:
  explicit NoZeros(FormatFlags& flags) : flags_(flags), zero_(flags.zero) { flags.zero = false; }
  ~NoZeros() { flags_.zero = zero_; }
  NoZeros(const NoZeros&) = delete;
  NoZeros& operator=(const NoZeros&) = delete;

 private:
  FormatFlags& flags_;
  bool zero_;
};

std::string Digits(std::uint64_t value, unsigned base, std::string_view digits) {
  std::string out;
  do {
    out += digits[value % base];
    value /= base;
  } while (value > 0);
  std::ranges::reverse(out);
  return out;
}

char32_t RuneOf(std::uint64_t code) {
  return code > kMaxRune ? kRuneError : static_cast<char32_t>(code);
}

std::string_view BasePrefix(int base, bool upper, bool leading_zero) {
  if (base == 2) return "0b";
  if (base == 8) return leading_zero ? "" : "0";
  if (base == 16) return upper ? "0X" : "0x";
  return "";
}

// `#` for floats: always a point, and %g keeps trailing zeros. `digits` of them are wanted.
std::string WithPoint(std::string number, char verb, int digits) {
  const bool hex = verb == 'x' || verb == 'X';
  const std::size_t end = std::min(number.find_first_of(hex ? "pP" : "eE"), number.size());
  const std::string tail = number.substr(end);
  number.resize(end);
  bool point = false, nonzero = false;
  for (const char c : std::string_view(number).substr(1)) {
    if (c == '.') {
      point = true;
      continue;
    }
    nonzero |= c != '0';
    if (nonzero) --digits;
  }
  if (!point) {
    if (number.size() == 2 && number[1] == '0') --digits;
    number += '.';
  }
  if (digits > 0) number.append(static_cast<std::size_t>(digits), '0');
  return number + tail;
}

}  // namespace

void Formatter::Padding(int count) {
  if (count > 0)
    out_.append(static_cast<std::size_t>(count), flags.zero && !flags.minus ? '0' : ' ');
}

void Formatter::Pad(std::string_view text) {
  const int width =
      flags.has_width && flags.width > 0 ? flags.width - static_cast<int>(CountRunes(text)) : 0;
  if (!flags.minus) Padding(width);
  out_ += text;
  if (flags.minus) Padding(width);
}

std::string_view Formatter::Truncated(std::string_view text) const {
  if (!flags.has_precision) return text;
  std::string_view rest = text;
  for (int n = flags.precision; n > 0 && !rest.empty(); --n) {
    rest.remove_prefix(DecodeRune(rest).size);
  }
  return text.substr(0, text.size() - rest.size());
}

void Formatter::Text(std::string_view text) { Pad(Truncated(text)); }

void Formatter::Quoted(std::string_view text) {
  text = Truncated(text);
  if (flags.sharp && CanBackquote(text)) {
    Pad('`' + std::string(text) + '`');
  } else {
    Pad(Quote(text, flags.plus));
  }
}

void Formatter::Hex(std::string_view bytes, bool upper) {
  const std::string_view digits = upper ? kUpperDigits : kLowerDigits;
  const std::string_view prefix = upper ? "0X" : "0x";
  if (flags.has_precision) bytes = bytes.substr(0, static_cast<std::size_t>(flags.precision));
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (flags.space && i > 0) text += ' ';
    if (flags.sharp && (flags.space || i == 0)) text += prefix;
    text += digits[static_cast<unsigned char>(bytes[i]) >> 4];
    text += digits[static_cast<unsigned char>(bytes[i]) & 0xF];
  }
  Pad(text);
}

void Formatter::Integer(std::uint64_t value, bool negative, int base, bool upper, bool prefix_o) {
  if (negative) value = ~value + 1;
  const bool sign = negative || flags.plus || flags.space;
  int precision = 0;
  if (flags.has_precision) {
    precision = flags.precision;
    if (precision == 0 && value == 0) {
      const NoZeros no_zeros(flags);
      return Padding(flags.width);
    }
  } else if (flags.zero && !flags.minus && flags.has_width) {
    precision = flags.width - (sign ? 1 : 0);
  }
  std::string text =
      Digits(value, static_cast<unsigned>(base), upper ? kUpperDigits : kLowerDigits);
  const int missing = precision - static_cast<int>(text.size());
  if (missing > 0) text.insert(0, static_cast<std::size_t>(missing), '0');
  if (flags.sharp) text.insert(0, BasePrefix(base, upper, text[0] == '0'));
  if (prefix_o) text.insert(0, "0o");
  if (sign) text.insert(0, 1, negative ? '-' : flags.plus ? '+' : ' ');
  const NoZeros no_zeros(flags);
  Pad(text);
}

void Formatter::Character(std::uint64_t code) {
  std::string text;
  AppendRune(text, RuneOf(code));
  Pad(text);
}

void Formatter::QuotedCharacter(std::uint64_t code) { Pad(QuoteRune(RuneOf(code), flags.plus)); }

void Formatter::Unicode(std::uint64_t code) {
  std::string text = Digits(code, 16, kUpperDigits);
  const int precision = flags.has_precision && flags.precision > 4 ? flags.precision : 4;
  const int missing = precision - static_cast<int>(text.size());
  if (missing > 0) text.insert(0, static_cast<std::size_t>(missing), '0');
  text.insert(0, "U+");
  if (flags.sharp && code <= kMaxRune && IsPrintRune(static_cast<char32_t>(code))) {
    text += " '";
    AppendRune(text, static_cast<char32_t>(code));
    text += '\'';
  }
  const NoZeros no_zeros(flags);
  Pad(text);
}

void Formatter::Float(double value, char verb, int precision) {
  if (flags.has_precision) precision = flags.precision;
  std::string number = FormatFloat(value, verb, precision);
  if (number[0] != '-' && number[0] != '+') number.insert(0, 1, '+');
  if (flags.space && number[0] == '+' && !flags.plus) number[0] = ' ';
  if (number[1] == 'I' || number[1] == 'N') {  // no number, no zeros
    const NoZeros no_zeros(flags);
    const bool bare = number[1] == 'N' && !flags.space && !flags.plus;
    return Pad(std::string_view(number).substr(bare ? 1 : 0));
  }
  if (flags.sharp && verb != 'b') {
    const bool counted = verb == 'g' || verb == 'G' || verb == 'x';
    number = WithPoint(number, verb, counted ? (precision == -1 ? 6 : precision) : 0);
  }
  if (!flags.plus && number[0] == '+') return Pad(std::string_view(number).substr(1));
  const int missing = flags.width - static_cast<int>(number.size());
  if (flags.zero && !flags.minus && flags.has_width && missing > 0) {
    out_ += number[0];  // the sign stands before the zeros
    Padding(missing);
    out_ += std::string_view(number).substr(1);
    return;
  }
  Pad(number);
}

}  // namespace eventer::tmpl
