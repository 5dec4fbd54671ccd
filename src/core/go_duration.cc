// Go's time.ParseDuration and Duration.String, step for step: flags and options are written by
// people who know what Go takes.
#include <charconv>
#include <cstdint>

#include "eventer/ascii.h"
#include "eventer/time_format.h"

namespace eventer {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;

struct Unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};
constexpr Unit kUnits[] = {
    {"ns", 1},         {"us", 1000},        {"\u00B5s", 1000},  // micro sign
    {"\u03BCs", 1000},                                          // Greek letter mu
    {"ms", 1000'000},  {"s", 1000'000'000}, {"m", 60'000'000'000}, {"h", 3600'000'000'000},
};

std::string_view TakeDigits(std::string_view* text) {
  std::size_t count = 0;
  while (count < text->size() && IsDigit((*text)[count])) ++count;
  std::string_view digits = text->substr(0, count);
  text->remove_prefix(count);
  return digits;
}

std::optional<std::uint64_t> Integer(std::string_view digits) {
  std::uint64_t value = 0;
  if (digits.empty()) return value;
  auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || value > kLimit) return std::nullopt;
  return value;
}

// digits / scale is the fraction; digits that no longer fit are cut off.
struct Fraction {
  std::uint64_t digits = 0;
  double scale = 1;
};

Fraction ReadFraction(std::string_view text) {
  Fraction fraction;
  for (char c : text) {
    if (fraction.digits > (kLimit - 1) / 10) break;
    const std::uint64_t next = fraction.digits * 10 + static_cast<std::uint64_t>(c - '0');
    if (next > kLimit) break;
    fraction.digits = next;
    fraction.scale *= 10;
  }
  return fraction;
}

const Unit* TakeUnit(std::string_view* text) {
  std::size_t size = 0;
  while (size < text->size() && (*text)[size] != '.' && !IsDigit((*text)[size])) ++size;
  const std::string_view name = text->substr(0, size);
  text->remove_prefix(size);
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// One "1.5h" off the front of `*text`, in nanoseconds.
std::optional<std::uint64_t> TakePart(std::string_view* text) {
  const std::string_view whole = TakeDigits(text);
  std::string_view decimals;
  if (text->starts_with('.')) {
    text->remove_prefix(1);
    decimals = TakeDigits(text);
  }
  if (whole.empty() && decimals.empty()) return std::nullopt;
  const std::optional<std::uint64_t> integer = Integer(whole);
  const Unit* unit = TakeUnit(text);
  if (!integer || !unit || *integer > kLimit / unit->nanoseconds) return std::nullopt;
  const Fraction fraction = ReadFraction(decimals);
  const double rest = static_cast<double>(fraction.digits) *
                      (static_cast<double>(unit->nanoseconds) / fraction.scale);
  const std::uint64_t value = *integer * unit->nanoseconds + static_cast<std::uint64_t>(rest);
  if (value > kLimit) return std::nullopt;
  return value;
}

// `value` / 10^precision as text without trailing zeros.
std::string Decimal(std::uint64_t value, int precision) {
  std::string digits = std::to_string(value);
  if (digits.size() <= static_cast<std::size_t>(precision)) {
    digits.insert(0, precision + 1 - digits.size(), '0');
  }
  std::string fraction = digits.substr(digits.size() - precision);
  digits.resize(digits.size() - precision);
  while (fraction.ends_with('0')) fraction.pop_back();
  return fraction.empty() ? digits : digits + '.' + fraction;
}

std::string BelowASecond(std::uint64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  if (nanoseconds < 1000) return Decimal(nanoseconds, 0) + "ns";
  if (nanoseconds < 1000'000) return Decimal(nanoseconds, 3) + "\u00B5s";
  return Decimal(nanoseconds, 6) + "ms";
}

}  // namespace

std::optional<Duration> ParseGoDuration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return Duration(0);
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  while (!text.empty()) {
    const std::optional<std::uint64_t> part = TakePart(&text);
    if (!part) return std::nullopt;
    total += *part;
    if (total > kLimit) return std::nullopt;
  }
  if (negative) return Duration(static_cast<std::int64_t>(0 - total));
  if (total == kLimit) return std::nullopt;
  return Duration(static_cast<std::int64_t>(total));
}

std::string FormatGoDuration(Duration duration) {
  constexpr std::uint64_t kSecond = 1000'000'000;
  auto nanoseconds = static_cast<std::uint64_t>(duration.count());
  if (duration.count() < 0) nanoseconds = 0 - nanoseconds;
  const std::string sign = duration.count() < 0 ? "-" : "";
  if (nanoseconds < kSecond) return sign + BelowASecond(nanoseconds);
  const std::uint64_t minutes = nanoseconds / kSecond / 60;
  std::string text = Decimal(nanoseconds - minutes * 60 * kSecond, 9) + "s";
  if (minutes > 0) text = std::to_string(minutes % 60) + "m" + text;
  if (minutes >= 60) text = std::to_string(minutes / 60) + "h" + text;
  return sign + text;
}

}  // namespace eventer
