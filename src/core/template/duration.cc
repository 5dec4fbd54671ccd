// time.Duration, time.Month and time.Weekday.
#include <limits>

#include "core/template/go_time.h"
#include "core/template/method.h"
#include "eventer/time_format.h"

namespace eventer::tmpl {
namespace {

using std::int64_t;

Value Text(const Call& call, std::string text) { return Value(call.arena.Keep(std::move(text))); }
Value Nanos(int64_t nanos) { return Value::Int(nanos, kDurationType); }
Value Int64(int64_t value) { return Value::Int(value, kInt64Type); }
int64_t SelfNanos(const Call& call) { return call.self.as_int(); }
int64_t Step(const Call& call) { return call.args[0].as_int(); }

std::string DurationToString(const Value& v) { return FormatGoDuration(Duration(v.as_int())); }

int64_t Magnitude(int64_t nanos) {
  if (nanos == std::numeric_limits<int64_t>::min()) return std::numeric_limits<int64_t>::max();
  return nanos < 0 ? -nanos : nanos;
}

Value Fraction(int64_t nanos, int64_t unit) {  // whole and rest apart keep the precision
  return Value(static_cast<double>(nanos / unit) +
               static_cast<double>(nanos % unit) / static_cast<double>(unit));
}

std::string MonthToString(const Value& v) {
  if (v.as_int() < 1 || v.as_int() > 12) return "%!Month(" + std::to_string(v.as_int()) + ")";
  return std::string(MonthName(static_cast<int>(v.as_int())));
}

std::string WeekdayToString(const Value& v) {
  return std::string(WeekdayName(static_cast<int>(v.as_int())));
}

constexpr Method kDurationMethods[] = {
    {"Abs", [](const Call& c) { return Nanos(Magnitude(SelfNanos(c))); }},
    {"Hours", [](const Call& c) { return Fraction(SelfNanos(c), 3600 * kNanosPerSecond); }},
    {"Microseconds", [](const Call& c) { return Int64(SelfNanos(c) / 1'000); }},
    {"Milliseconds", [](const Call& c) { return Int64(SelfNanos(c) / 1'000'000); }},
    {"Minutes", [](const Call& c) { return Fraction(SelfNanos(c), 60 * kNanosPerSecond); }},
    {"Nanoseconds", [](const Call& c) { return Int64(SelfNanos(c)); }},
    {"Round",
     [](const Call& c) { return Nanos(RoundNanos(SelfNanos(c), Step(c))); },
     {&kDurationType}},
    {"Seconds", [](const Call& c) { return Fraction(SelfNanos(c), kNanosPerSecond); }},
    {"String", [](const Call& c) { return Text(c, DurationToString(c.self)); }},
    {"Truncate",
     [](const Call& c) {
       const int64_t step = Step(c);
       return Nanos(step <= 0 ? SelfNanos(c) : SelfNanos(c) - SelfNanos(c) % step);
     },
     {&kDurationType}},
};

constexpr Method kMonthMethods[] = {
    {"String", [](const Call& c) { return Text(c, MonthToString(c.self)); }}};
constexpr Method kWeekdayMethods[] = {
    {"String", [](const Call& c) { return Text(c, WeekdayToString(c.self)); }}};

}  // namespace

constinit const Type kDurationType{.name = "time.Duration",
                                   .kind = Kind::kInt,
                                   .methods = kDurationMethods,
                                   .to_string = DurationToString};
constinit const Type kMonthType{
    .name = "time.Month", .kind = Kind::kInt, .methods = kMonthMethods, .to_string = MonthToString};
constinit const Type kWeekdayType{.name = "time.Weekday",
                                  .kind = Kind::kInt,
                                  .methods = kWeekdayMethods,
                                  .to_string = WeekdayToString};

}  // namespace eventer::tmpl
