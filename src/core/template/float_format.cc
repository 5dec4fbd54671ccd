// strconv.FormatFloat for 64 bits.
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "core/template/format.h"
#include "eventer/ascii.h"

namespace eventer::tmpl {
namespace {

constexpr int kMantissaBits = 52, kBias = 1023;
// Digits that the largest double has before its point, with sign and point.
constexpr std::size_t kLongestFixed = 320;

struct Bits {
  bool negative;
  std::uint64_t mantissa;
  int exponent;  // of the mantissa's highest bit, bit 52
};

Bits Split(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  Bits out{bits >> 63 != 0, bits & ((std::uint64_t{1} << kMantissaBits) - 1),
           static_cast<int>(bits >> kMantissaBits & 0x7FF)};
  if (out.exponent == 0) {
    out.exponent = 1;
  } else {
    out.mantissa |= std::uint64_t{1} << kMantissaBits;
  }
  out.exponent -= kBias;
  return out;
}

std::string Convert(double value, std::chars_format format, int precision) {
  std::string out(kLongestFixed + static_cast<std::size_t>(precision < 0 ? 0 : precision), '\0');
  char* const end = out.data() + out.size();
  const auto result = precision < 0 ? std::to_chars(out.data(), end, value, format)
                                    : std::to_chars(out.data(), end, value, format, precision);
  out.resize(static_cast<std::size_t>(result.ptr - out.data()));
  return out;
}

// The decimal exponent that the number has when it is written with `precision` digits.
int DecimalExponent(const std::string& scientific) {
  return std::atoi(scientific.c_str() + scientific.find('e') + 1);
}

std::size_t CountDigits(const std::string& scientific) {
  std::size_t digits = 0;
  for (const char c : scientific.substr(0, scientific.find('e'))) digits += IsDigit(c);
  return digits;
}

// 1.500e+03 without its trailing zeros: 1.5e+03
std::string WithoutTrailingZeros(std::string number) {
  const std::size_t point = number.find('.');
  if (point == std::string::npos) return number;
  const std::size_t end = std::min(number.find('e'), number.size());
  std::size_t last = end;
  while (number[last - 1] == '0') --last;
  if (last - 1 == point) --last;
  return number.erase(last, end - last);
}

std::string General(double value, int precision) {
  const bool shortest = precision < 0;
  if (precision == 0) precision = 1;
  const std::string scientific = WithoutTrailingZeros(
      Convert(value, std::chars_format::scientific, shortest ? -1 : precision - 1));
  const int exponent = DecimalExponent(scientific);
  const int digits = static_cast<int>(CountDigits(scientific));
  int limit = precision;
  if (limit > digits && digits >= exponent + 1) limit = digits;
  if (shortest) limit = 6;
  if (value != 0 && (exponent < -4 || exponent >= limit)) return scientific;
  const int decimals = digits - 1 - exponent;
  if (shortest) return Convert(value, std::chars_format::fixed, -1);
  return Convert(value, std::chars_format::fixed, decimals > 0 ? decimals : 0);
}

std::string Hexadecimal(double value, int precision) {
  Bits bits = Split(value);
  if (bits.mantissa == 0) bits.exponent = 0;
  std::uint64_t mantissa = bits.mantissa << (60 - kMantissaBits);
  while (mantissa != 0 && (mantissa >> 60 & 1) == 0) {
    mantissa <<= 1;
    --bits.exponent;
  }
  if (precision >= 0 && precision < 15) {  // round to even
    const int shift = precision * 4;
    const std::uint64_t extra = mantissa << shift & ((std::uint64_t{1} << 60) - 1);
    mantissa >>= 60 - shift;
    if ((extra | (mantissa & 1)) > std::uint64_t{1} << 59) ++mantissa;
    mantissa <<= 60 - shift;
    if (mantissa >> 61 & 1) {
      mantissa >>= 1;
      ++bits.exponent;
    }
  }
  std::string out = bits.negative ? "-0x" : "0x";
  out += static_cast<char>('0' + (mantissa >> 60 & 1));
  mantissa <<= 4;
  if (precision > 0 || (precision < 0 && mantissa != 0)) out += '.';
  for (int i = 0; precision < 0 ? mantissa != 0 : i < precision; ++i, mantissa <<= 4) {
    out += "0123456789abcdef"[mantissa >> 60 & 0xF];
  }
  const int size = std::abs(bits.exponent);
  out += bits.exponent < 0 ? "p-" : "p+";
  return out + (size < 10 ? "0" : "") + std::to_string(size);
}

std::string Binary(double value) {
  const Bits bits = Split(value);
  const int exponent = bits.exponent - kMantissaBits;
  return (bits.negative ? "-" : "") + std::to_string(bits.mantissa) + 'p' +
         (exponent >= 0 ? "+" : "") + std::to_string(exponent);
}

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

std::string FormatFloat(double value, char verb, int precision) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  switch (verb) {
    case 'b':
      return Binary(value);
    case 'e':
      return Convert(value, std::chars_format::scientific, precision);
    case 'E':
      return Upper(Convert(value, std::chars_format::scientific, precision));
    case 'f':
      return Convert(value, std::chars_format::fixed, precision);
    case 'G':
      return Upper(General(value, precision));
    case 'x':
      return Hexadecimal(value, precision);
    case 'X':
      return Upper(Hexadecimal(value, precision));
    default:
      return General(value, precision);
  }
}

}  // namespace eventer::tmpl
