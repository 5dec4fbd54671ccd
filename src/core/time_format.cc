#include "eventer/time_format.h"

#include <algorithm>
#include <cstdint>

#include "eventer/ascii.h"

namespace eventer {
namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Reads a text from its front; once something is missing, good() stays false.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool good() const { return good_; }
  bool AtEnd() const { return text_.empty(); }

  // `digits` digits, as a number from `min` to `max`.
  int Number(std::size_t digits, int min, int max) {
    int value = 0;
    if (text_.size() < digits) return Bad();
    for (char c : text_.substr(0, digits)) {
      if (c < '0' || c > '9') return Bad();
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(digits);
    return value < min || value > max ? Bad() : value;
  }

  void Expect(char c) {
    if (!Skip(c)) Bad();
  }

  bool Skip(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  // The digits behind the point, cut to microseconds.
  microseconds Fraction() {
    int value = 0, unit = 1000'000;
    if (AtEnd() || !IsDigit(text_[0])) Bad();
    for (; !AtEnd() && IsDigit(text_[0]); text_.remove_prefix(1)) {
      unit /= 10;
      value += (text_[0] - '0') * unit;
    }
    return microseconds(value);
  }

 private:
  int Bad() {
    good_ = false;
    return 0;
  }

  std::string_view text_;
  bool good_ = true;
};

seconds ReadOffset(Reader& reader) {
  if (reader.Skip('Z')) return seconds(0);
  const bool west = reader.Skip('-');
  if (!west) reader.Expect('+');
  // As wide as Go's: some write 24 hours.
  const hours hour(reader.Number(2, 0, 24));
  reader.Expect(':');
  const seconds offset = hour + minutes(reader.Number(2, 0, 60));
  return west ? -offset : offset;
}

// At least so many digits. Not snprintf: an event has three times, and that took a twentieth of
// what it costs to put one into a bulk request.
void AppendNumber(std::int64_t value, std::size_t digits, std::string* text) {
  if (value < 0) {
    *text += '-';
    value = -value;
    --digits;
  }
  const std::string number = std::to_string(value);
  text->append(digits - std::min(digits, number.size()), '0').append(number);
}

// ".123456" without trailing zeros; empty if there is no fraction.
std::string FractionText(WallTime time) {
  const auto micros = (time - floor<seconds>(time)).count();
  std::string text;
  if (micros == 0) return text;
  text += '.';
  AppendNumber(micros, 6, &text);
  while (text.back() == '0') text.pop_back();
  return text;
}

// 2006-01-02, with that between. `local` counts as if it were UTC.
std::string DateText(std::chrono::sys_seconds local, char between) {
  const std::chrono::year_month_day date(floor<std::chrono::days>(local));
  std::string text;
  AppendNumber(static_cast<int>(date.year()), 4, &text);
  AppendNumber(static_cast<unsigned>(date.month()), 2, &(text += between));
  AppendNumber(static_cast<unsigned>(date.day()), 2, &(text += between));
  return text;
}

// 2006-01-02T15:04:05, with that for the T.
std::string SecondText(std::chrono::sys_seconds local, char between) {
  const std::chrono::hh_mm_ss time(local - floor<std::chrono::days>(local));
  std::string text = DateText(local, '-');
  AppendNumber(time.hours().count(), 2, &(text += between));
  AppendNumber(time.minutes().count(), 2, &(text += ':'));
  AppendNumber(time.seconds().count(), 2, &(text += ':'));
  return text;
}

std::string OffsetText(seconds offset) {
  const auto total = std::chrono::abs(offset).count() / 60;
  std::string text(1, offset < seconds(0) ? '-' : '+');
  AppendNumber(total / 60 % 100, 2, &text);
  AppendNumber(total % 60, 2, &text);
  return text;
}

}  // namespace

std::optional<WallTime> ParseRfc3339(std::string_view text) {
  Reader reader(text);
  const std::chrono::year year(reader.Number(4, 0, 9999));
  reader.Expect('-');
  const std::chrono::month month(static_cast<unsigned>(reader.Number(2, 1, 12)));
  reader.Expect('-');
  const std::chrono::day day(static_cast<unsigned>(reader.Number(2, 1, 31)));
  reader.Expect('T');
  const hours hour(reader.Number(2, 0, 23));
  reader.Expect(':');
  const minutes minute(reader.Number(2, 0, 59));
  reader.Expect(':');
  const seconds second(reader.Number(2, 0, 59));
  const microseconds fraction =
      reader.Skip('.') || reader.Skip(',') ? reader.Fraction() : microseconds(0);
  const seconds offset = ReadOffset(reader);
  const std::chrono::year_month_day date(year, month, day);
  if (!reader.good() || !reader.AtEnd() || !date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date) + hour + minute + second + fraction - offset);
}

std::string FormatRfc3339Nano(WallTime time) {
  return SecondText(floor<seconds>(time), 'T') + FractionText(time) + 'Z';
}

std::string FormatDateTime(WallTime time, const TimeZone& zone) {
  const auto second = floor<seconds>(time);
  return SecondText(second + zone.At(second).offset, ' ');
}

std::string FormatGoString(WallTime time, const TimeZone& time_zone) {
  const auto second = floor<seconds>(time);
  const ZoneInfo zone = time_zone.At(second);
  return SecondText(second + zone.offset, ' ') + FractionText(time) + ' ' +
         OffsetText(zone.offset) + ' ' + zone.abbreviation;
}

std::string FormatIndexDate(WallTime time) { return DateText(floor<seconds>(time), '.'); }

}  // namespace eventer
