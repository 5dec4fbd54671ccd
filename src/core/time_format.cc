#include "eventer/time_format.h"

#include <cstdio>

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
    if (AtEnd() || text_[0] < '0' || text_[0] > '9') Bad();
    for (; !AtEnd() && text_[0] >= '0' && text_[0] <= '9'; text_.remove_prefix(1)) {
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

// ".123456" without trailing zeros; empty if there is no fraction.
std::string FractionText(WallTime time) {
  const auto micros = (time - floor<seconds>(time)).count();
  if (micros == 0) return "";
  char text[16];
  int size = std::snprintf(text, sizeof text, ".%06d", static_cast<int>(micros));
  while (text[size - 1] == '0') --size;
  return std::string(text, size);
}

struct Civil {
  int year, month, day, hour, minute, second;
};

// `local` counts as if it were UTC.
Civil ToCivil(std::chrono::sys_seconds local) {
  const auto days = floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss time(local - days);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count())};
}

// `format` has places for year, month, day, hour, minute, second, in this order.
std::string Print(const char* format, std::chrono::sys_seconds local) {
  const Civil c = ToCivil(local);
  char text[64];
  const int size =
      std::snprintf(text, sizeof text, format, c.year, c.month, c.day, c.hour, c.minute, c.second);
  return std::string(text, size);
}

std::string OffsetText(seconds offset) {
  const auto total = std::chrono::abs(offset).count() / 60;
  char text[16];
  const int size = std::snprintf(text, sizeof text, "%c%02d%02d", offset < seconds(0) ? '-' : '+',
                                 static_cast<int>(total / 60 % 100), static_cast<int>(total % 60));
  return std::string(text, size);
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
  return Print("%04d-%02d-%02dT%02d:%02d:%02d", floor<seconds>(time)) + FractionText(time) + 'Z';
}

std::string FormatDateTime(WallTime time, const TimeZone& zone) {
  const auto second = floor<seconds>(time);
  return Print("%04d-%02d-%02d %02d:%02d:%02d", second + zone.At(second).offset);
}

std::string FormatGoString(WallTime time, const TimeZone& time_zone) {
  const auto second = floor<seconds>(time);
  const ZoneInfo zone = time_zone.At(second);
  return Print("%04d-%02d-%02d %02d:%02d:%02d", second + zone.offset) + FractionText(time) + ' ' +
         OffsetText(zone.offset) + ' ' + zone.abbreviation;
}

std::string FormatIndexDate(WallTime time) { return Print("%04d.%02d.%02d", floor<seconds>(time)); }

}  // namespace eventer
