// Times and durations as Go's package time has them: layouts, calendar, arithmetic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/template/value.h"
#include "eventer/time_zone.h"

namespace eventer::tmpl {

// January 1, year 1, UTC: Go's zero time.
inline constexpr Instant kZeroTime{-62135596800, 0, true};

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

// A time on the clock and the calendar of its zone.
struct Civil {
  std::int64_t year;
  int month, day;  // from 1
  int hour, minute, second;
  int weekday;   // 0: Sunday
  int year_day;  // from 1
  ZoneInfo zone;
};

ZoneInfo ZoneOf(const Instant& time);
std::string LocalZoneName();  // Go's Location.String of the zone of TZ
Civil CivilOf(const Instant& time);
// The time at which the calendar shows this; parts out of their range carry over.
Instant FromCivil(const Civil& civil, std::int32_t nanos, bool utc);

std::string_view MonthName(int month);      // from 1
std::string_view WeekdayName(int weekday);  // 0: Sunday

// Go's Time.Format: the layout shows how 2006-01-02 15:04:05.999999999 -0700 MST would look.
std::string FormatTime(const Instant& time, std::string_view layout);
std::string TimeString(const Instant& time);    // Go's Time.String
std::string TimeGoString(const Instant& time);  // Go's Time.GoString: time.Date(2006, …)

int Compare(const Instant& a, const Instant& b);  // -1, 0, 1
Instant AddNanos(const Instant& time, std::int64_t nanos);
std::int64_t NanosBetween(const Instant& from, const Instant& to);  // saturates as Go's Sub
// Down to a multiple of `step` since the year 1, or to the nearest (halves up).
Instant TruncateTime(const Instant& time, std::int64_t step);
Instant RoundTime(const Instant& time, std::int64_t step);
std::int64_t RoundNanos(std::int64_t nanos, std::int64_t step);

// metav1.Time and metav1.MicroTime are structs around a time.Time.
extern const Type kTimeType, kMetaTimeType, kMicroTimeType, kMetaTimePointerType,
    kMicroTimePointerType, kDurationType, kMonthType, kWeekdayType;

}  // namespace eventer::tmpl
