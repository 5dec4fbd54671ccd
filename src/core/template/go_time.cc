#include "core/template/go_time.h"

#include <array>
#include <cstdlib>
#include <limits>

namespace eventer::tmpl {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;

// 128 bits: nanoseconds since the year 1 need more than 64.
__extension__ using Wide = __int128;

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

// Days since 1970 of a date of the Gregorian calendar (in eras of 400 years that begin in March).
std::int64_t DaysFromCivil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = FloorDiv(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

void SetDate(Civil& civil, std::int64_t days) {
  days += 719468;
  const std::int64_t era = FloorDiv(days, 146097);
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  civil.day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
  civil.month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
}

Wide NanosSinceYearOne(const Instant& time) {
  return Wide{time.seconds - kZeroTime.seconds} * kNanosPerSecond + time.nanos;
}

std::int64_t Remainder(const Instant& time, std::int64_t step) {
  const Wide remainder = NanosSinceYearOne(time) % step;
  return static_cast<std::int64_t>(remainder < 0 ? remainder + step : remainder);
}

// Twice `part` is less than `whole`, without overflow.
bool LessThanHalf(std::int64_t part, std::int64_t whole) {
  return static_cast<std::uint64_t>(part) + static_cast<std::uint64_t>(part) <
         static_cast<std::uint64_t>(whole);
}

}  // namespace

std::string_view MonthName(int month) { return kMonths[static_cast<std::size_t>(month - 1)]; }
std::string_view WeekdayName(int weekday) { return kWeekdays[static_cast<std::size_t>(weekday)]; }

ZoneInfo ZoneOf(const Instant& time) {
  if (time.utc) return {{}, "UTC", false};
  return TimeZone::Local().At(std::chrono::sys_seconds(std::chrono::seconds(time.seconds)));
}

std::string LocalZoneName() {
  const char* tz = std::getenv("TZ");
  if (!tz) return "Local";
  const std::string_view name = *tz == ':' ? tz + 1 : tz;
  if (name.empty()) return "UTC";
  return name == "/etc/localtime" ? "Local" : std::string(name);
}

Civil CivilOf(const Instant& time) {
  Civil civil{};
  civil.zone = ZoneOf(time);
  const std::int64_t seconds = time.seconds + civil.zone.offset.count();
  const std::int64_t days = FloorDiv(seconds, kSecondsPerDay);
  const int second_of_day = static_cast<int>(seconds - days * kSecondsPerDay);
  SetDate(civil, days);
  civil.hour = second_of_day / 3600;
  civil.minute = second_of_day / 60 % 60;
  civil.second = second_of_day % 60;
  civil.weekday = static_cast<int>((days % 7 + 11) % 7);  // 1970 began on a Thursday
  civil.year_day = static_cast<int>(days - DaysFromCivil(civil.year, 1, 1)) + 1;
  return civil;
}

Instant FromCivil(const Civil& civil, std::int32_t nanos, bool utc) {
  const std::int64_t months = civil.month - 1;
  const std::int64_t year = civil.year + FloorDiv(months, 12);
  const int month = static_cast<int>(months - FloorDiv(months, 12) * 12) + 1;
  const std::int64_t days = DaysFromCivil(year, month, 1) + civil.day - 1;
  const std::int64_t wall =
      days * kSecondsPerDay + civil.hour * 3600 + civil.minute * 60 + civil.second;
  // The offset then is known only once the time is: guess, and look again, as Go does.
  const std::int64_t guess = ZoneOf({wall, nanos, utc}).offset.count();
  return {wall - ZoneOf({wall - guess, nanos, utc}).offset.count(), nanos, utc};
}

std::string TimeGoString(const Instant& time) {
  const Civil civil = CivilOf(time);
  std::string out = "time.Date(" + std::to_string(civil.year) + ", time.";
  out += MonthName(civil.month);
  for (const int part : {civil.day, civil.hour, civil.minute, civil.second, int{time.nanos}}) {
    out += ", " + std::to_string(part);
  }
  return out + (time.utc ? ", time.UTC)" : ", time.Local)");
}

int Compare(const Instant& a, const Instant& b) {
  if (a.seconds != b.seconds) return a.seconds < b.seconds ? -1 : 1;
  return a.nanos == b.nanos ? 0 : a.nanos < b.nanos ? -1 : 1;
}

Instant AddNanos(const Instant& time, std::int64_t nanos) {
  const std::int64_t sum = time.nanos + nanos % kNanosPerSecond;
  const std::int64_t carry = FloorDiv(sum, kNanosPerSecond);
  return {time.seconds + nanos / kNanosPerSecond + carry,
          static_cast<std::int32_t>(sum - carry * kNanosPerSecond), time.utc};
}

std::int64_t NanosBetween(const Instant& from, const Instant& to) {
  const Wide nanos = NanosSinceYearOne(to) - NanosSinceYearOne(from);
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  if (nanos > kMost) return kMost;
  return nanos < kLeast ? kLeast : static_cast<std::int64_t>(nanos);
}

Instant TruncateTime(const Instant& time, std::int64_t step) {
  return step <= 0 ? time : AddNanos(time, -Remainder(time, step));
}

Instant RoundTime(const Instant& time, std::int64_t step) {
  if (step <= 0) return time;
  const std::int64_t remainder = Remainder(time, step);
  return AddNanos(time, LessThanHalf(remainder, step) ? -remainder : step - remainder);
}

std::int64_t RoundNanos(std::int64_t nanos, std::int64_t step) {
  if (step <= 0) return nanos;
  const std::int64_t remainder = nanos % step;
  const std::int64_t size = remainder < 0 ? -remainder : remainder;
  if (LessThanHalf(size, step)) return nanos - remainder;
  const Wide rounded = Wide{nanos} - remainder + (nanos < 0 ? -step : step);
  if (rounded > std::numeric_limits<std::int64_t>::max()) {
    return std::numeric_limits<std::int64_t>::max();
  }
  if (rounded < std::numeric_limits<std::int64_t>::min()) {
    return std::numeric_limits<std::int64_t>::min();
  }
  return static_cast<std::int64_t>(rounded);
}

}  // namespace eventer::tmpl
