#include "core/template/number.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/template/quote.h"
#include "eventer/ascii.h"

namespace eventer::tmpl {
namespace {

constexpr double kTwo63 = 9223372036854775808.0;
constexpr double kTwo64 = 18446744073709551616.0;

char Lower(char c) { return static_cast<char>(c | 0x20); }
bool IsHexDigit(char c) { return IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'f'); }

std::string_view WithoutSign(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  return text;
}

bool HasBasePrefix(std::string_view text) {
  return text.size() >= 2 && text[0] == '0' &&
         (Lower(text[1]) == 'b' || Lower(text[1]) == 'o' || Lower(text[1]) == 'x');
}

// Underscores stand between digits, or between a base prefix and a digit.
bool UnderscoresOk(std::string_view text) {
  text = WithoutSign(text);
  const bool prefix = HasBasePrefix(text);
  const bool hex = prefix && Lower(text[1]) == 'x';
  char saw = prefix ? '0' : '^';
  for (const char c : text.substr(prefix ? 2 : 0)) {
    const bool digit = hex ? IsHexDigit(c) : IsDigit(c);
    if (c == '_' ? saw != '0' : !digit && saw == '_') return false;
    saw = digit ? '0' : c == '_' ? '_' : '!';
  }
  return saw != '_';
}

unsigned BaseOf(std::string_view& text) {
  if (text[0] != '0') return 10;
  if (text.size() < 3 || !HasBasePrefix(text)) {
    text.remove_prefix(1);
    return 8;
  }
  const char kind = Lower(text[1]);
  text.remove_prefix(2);
  return kind == 'b' ? 2 : kind == 'o' ? 8 : 16;
}

std::optional<std::uint64_t> ParseUint(std::string_view text) {
  if (text.empty() || !UnderscoresOk(text)) return std::nullopt;
  const unsigned base = BaseOf(text);
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c == '_') continue;
    if (!IsHexDigit(c)) return std::nullopt;
    const unsigned digit = static_cast<unsigned>(IsDigit(c) ? c - '0' : Lower(c) - 'a' + 10);
    if (digit >= base) return std::nullopt;
    if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

std::optional<std::int64_t> ParseInt(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  const auto magnitude = ParseUint(WithoutSign(text));
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;
  if (!magnitude || *magnitude > kLimit || (*magnitude == kLimit && !negative)) return std::nullopt;
  return negative ? static_cast<std::int64_t>(~*magnitude + 1)
                  : static_cast<std::int64_t>(*magnitude);
}

std::size_t SkipDigits(std::string_view text, std::size_t i, bool hex) {
  while (i < text.size() && (text[i] == '_' || (hex ? IsHexDigit(text[i]) : IsDigit(text[i])))) ++i;
  return i;
}

// Digits with at most one dot, and an exponent, which a hexadecimal number must have.
bool IsFloatSyntax(std::string_view text) {
  text = WithoutSign(text);
  const bool hex = text.size() > 2 && text[0] == '0' && Lower(text[1]) == 'x';
  std::size_t i = hex ? 2 : 0;
  const std::size_t start = i;
  i = SkipDigits(text, i, hex);
  const bool dot = i < text.size() && text[i] == '.';
  if (dot) i = SkipDigits(text, i + 1, hex);
  if (text.substr(start, i - start).find_first_not_of("_.") == std::string_view::npos) return false;
  if (i == text.size()) return !hex;
  if (Lower(text[i]) != (hex ? 'p' : 'e')) return false;
  ++i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  return i < text.size() && IsDigit(text[i]) && SkipDigits(text, i, false) == text.size();
}

// nullopt: no number, or one too large for a double.
std::optional<double> ParseFloat(std::string_view text) {
  if (!IsFloatSyntax(text)) return std::nullopt;
  if (text.find('_') != std::string_view::npos && !UnderscoresOk(text)) return std::nullopt;
  std::string digits(text);
  std::erase(digits, '_');
  const double value = std::strtod(digits.c_str(), nullptr);
  if (std::isinf(value)) return std::nullopt;
  return value;
}

void SetFromFloat(Number& number, double value) {
  number.is_float = true;
  number.float_value = value;
  if (!number.is_int && value >= -kTwo63 && value < kTwo63 && std::trunc(value) == value) {
    number.is_int = true;
    number.int_value = static_cast<std::int64_t>(value);
  }
  if (!number.is_uint && value >= 0 && value < kTwo64 && std::trunc(value) == value) {
    number.is_uint = true;
    number.uint_value = static_cast<std::uint64_t>(value);
  }
}

Number ComplexNumber(double real, double imaginary) {
  Number number;
  number.is_complex = true;
  number.complex_value = {real, imaginary};
  if (imaginary == 0) SetFromFloat(number, real);
  return number;
}

std::optional<Number> ParseCharacter(std::string_view text, std::string* error) {
  std::string_view rest = text.substr(1);
  const auto c = UnquoteChar(rest, '\'');
  if (!c) {
    *error = "invalid syntax";
    return std::nullopt;
  }
  if (rest != "'") {
    *error = "malformed character constant: " + std::string(text);
    return std::nullopt;
  }
  Number number;
  number.is_int = number.is_uint = number.is_float = true;
  number.int_value = static_cast<std::int64_t>(c->value);
  number.uint_value = c->value;
  number.float_value = static_cast<double>(c->value);
  return number;
}

std::optional<Number> ParseComplex(std::string_view text, std::string* error) {
  // The sign between the parts is the last one that belongs to no exponent.
  for (std::size_t i = text.size(); i-- > 1;) {
    if (text[i] != '+' && text[i] != '-') continue;
    const auto real = ParseFloat(text.substr(0, i));
    const auto imaginary = ParseFloat(text.substr(i, text.size() - 1 - i));
    if (real && imaginary) return ComplexNumber(*real, *imaginary);
  }
  *error = "syntax error scanning complex number";
  return std::nullopt;
}

std::optional<Number> ParsePlain(std::string_view text, std::string* error) {
  Number number;
  if (const auto value = ParseUint(text)) {
    number.is_uint = true;
    number.uint_value = *value;
  }
  if (const auto value = ParseInt(text)) {
    number.is_int = true;
    number.int_value = *value;
    if (*value == 0) number.is_uint = true;  // -0
  }
  if (number.is_int || number.is_uint) {
    number.is_float = true;
    number.float_value = number.is_int ? static_cast<double>(number.int_value)
                                       : static_cast<double>(number.uint_value);
    return number;
  }
  const auto value = ParseFloat(text);
  if (!value) {
    *error = "illegal number syntax: " + Quote(text);
    return std::nullopt;
  }
  if (text.find_first_of(".eEpP") == std::string_view::npos) {
    *error = "integer overflow: " + Quote(text);
    return std::nullopt;
  }
  SetFromFloat(number, *value);
  return number;
}

}  // namespace

std::optional<Number> ParseNumber(std::string_view text, NumberForm form, std::string* error) {
  if (form == NumberForm::kCharacter) return ParseCharacter(text, error);
  if (form == NumberForm::kComplex) return ParseComplex(text, error);
  if (!text.empty() && text.back() == 'i') {
    if (const auto value = ParseFloat(text.substr(0, text.size() - 1))) {
      return ComplexNumber(0, *value);
    }
  }
  return ParsePlain(text, error);
}

}  // namespace eventer::tmpl
