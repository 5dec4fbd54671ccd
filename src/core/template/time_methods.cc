// The methods of time.Time.
#include "core/template/go_time.h"
#include "core/template/method.h"

namespace eventer::tmpl {
namespace {

using std::int64_t;

// Times further away than this have no use, and their seconds could overflow.
constexpr int64_t kMaxAddedParts = 100'000;

constexpr std::string_view kRfc3339Nano = "2006-01-02T15:04:05.999999999Z07:00";

Instant Self(const Call& call) { return call.self.as_instant(); }
Instant InUtc(Instant time) { return time.utc = true, time; }
bool IsZero(const Instant& time) { return Compare(time, kZeroTime) == 0; }
int64_t Arg(const Call& call, std::size_t i) { return call.args[i].as_int(); }

int CompareToArg(const Call& call) { return Compare(Self(call), call.args[0].as_instant()); }

// Wraps around as Go does for years beyond 2262.
int64_t SinceEpoch(const Instant& time, int64_t units_per_second) {
  const auto whole =
      static_cast<std::uint64_t>(time.seconds) * static_cast<std::uint64_t>(units_per_second);
  return static_cast<int64_t>(
      whole + static_cast<std::uint64_t>(time.nanos / (kNanosPerSecond / units_per_second)));
}

Value Text(const Call& call, std::string text) { return Value(call.arena.Keep(std::move(text))); }
Value Bytes(const Call& call, std::string bytes) {
  return Value(call.arena.Keep(std::move(bytes)), kBytesType);
}
Value Time(const Instant& time) { return Value(time, kTimeType); }
Value Nanos(int64_t nanos) { return Value::Int(nanos, kDurationType); }

Value AddDate(const Call& call) {
  Civil civil = CivilOf(Self(call));
  for (std::size_t i = 0; i < 3; ++i) {
    if (Arg(call, i) > kMaxAddedParts || Arg(call, i) < -kMaxAddedParts) {
      throw CallError{"date out of range"};
    }
  }
  civil.year += Arg(call, 0);
  civil.month += static_cast<int>(Arg(call, 1));
  civil.day += static_cast<int>(Arg(call, 2));
  return Time(FromCivil(civil, Self(call).nanos, Self(call).utc));
}

void AppendBigEndian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

// Version 1; version 2 has the seconds of an odd offset behind its minutes, -1 stands for UTC.
Value MarshalBinary(const Call& call) {
  const Instant time = Self(call);
  const auto offset = ZoneOf(time).offset.count();
  const bool odd = offset % 60 != 0;
  std::string out(1, odd ? '\2' : '\1');
  AppendBigEndian(out, static_cast<std::uint64_t>(time.seconds - kZeroTime.seconds), 8);
  AppendBigEndian(out, static_cast<std::uint64_t>(time.nanos), 4);
  AppendBigEndian(out, static_cast<std::uint64_t>(time.utc ? -1 : offset / 60), 2);
  if (odd) AppendBigEndian(out, static_cast<std::uint64_t>(offset % 60), 1);
  return Bytes(call, std::move(out));
}

std::string StrictRfc3339(const Call& call, std::string_view method) {
  const int64_t year = CivilOf(Self(call)).year;
  if (year < 0 || year > 9999) {
    throw CallError{"Time." + std::string(method) + ": year outside of range [0,9999]"};
  }
  return FormatTime(Self(call), kRfc3339Nano);
}

Value MarshalJson(const Call& call) {
  return Bytes(call, '"' + StrictRfc3339(call, "MarshalJSON") + '"');
}

Value MarshalText(const Call& call) { return Bytes(call, StrictRfc3339(call, "MarshalText")); }

std::string TimeToString(const Value& v) { return TimeString(v.as_instant()); }

// A pointer in Go, of which only the name can be seen.
constexpr Method kLocationMethods[] = {
    {"String", [](const Call& c) { return Value(c.self.as_string()); }}};
constexpr Type kLocationType{
    .name = "*time.Location", .kind = Kind::kString, .methods = kLocationMethods};

Value Location(const Call& call) {
  return Value(call.arena.Keep(Self(call).utc ? "UTC" : LocalZoneName()), kLocationType);
}

constexpr Method kTimeMethods[] = {
    {"Add", [](const Call& c) { return Time(AddNanos(Self(c), Arg(c, 0))); }, {&kDurationType}},
    {"AddDate", AddDate, {&kIntType, &kIntType, &kIntType}},
    {"After", [](const Call& c) { return Value(CompareToArg(c) > 0); }, {&kTimeType}},
    {"Before", [](const Call& c) { return Value(CompareToArg(c) < 0); }, {&kTimeType}},
    {"Clock", nullptr, {}, false, "function Clock has 3 return values; should be 1 or 2"},
    {"Compare", [](const Call& c) { return Value::Int(CompareToArg(c)); }, {&kTimeType}},
    {"Date", nullptr, {}, false, "function Date has 3 return values; should be 1 or 2"},
    {"Day", [](const Call& c) { return Value::Int(CivilOf(Self(c)).day); }},
    {"Equal", [](const Call& c) { return Value(CompareToArg(c) == 0); }, {&kTimeType}},
    {"Format",
     [](const Call& c) { return Text(c, FormatTime(Self(c), c.args[0].as_string())); },
     {&kStringType}},
    {"GoString", [](const Call& c) { return Text(c, TimeGoString(Self(c))); }},
    {"GobEncode", MarshalBinary},
    {"Hour", [](const Call& c) { return Value::Int(CivilOf(Self(c)).hour); }},
    {"ISOWeek",
     nullptr,
     {},
     false,
     "invalid function signature for ISOWeek: second return value should be error; is int"},
    {"IsDST", [](const Call& c) { return Value(ZoneOf(Self(c)).daylight_saving); }},
    {"IsZero", [](const Call& c) { return Value(IsZero(Self(c))); }},
    {"Local",
     [](const Call& c) {
       return Time({Self(c).seconds, Self(c).nanos, false});
     }},
    {"Location", Location},
    {"MarshalBinary", MarshalBinary},
    {"MarshalJSON", MarshalJson},
    {"MarshalText", MarshalText},
    {"Minute", [](const Call& c) { return Value::Int(CivilOf(Self(c)).minute); }},
    {"Month", [](const Call& c) { return Value::Int(CivilOf(Self(c)).month, kMonthType); }},
    {"Nanosecond", [](const Call& c) { return Value::Int(Self(c).nanos); }},
    {"Round", [](const Call& c) { return Time(RoundTime(Self(c), Arg(c, 0))); }, {&kDurationType}},
    {"Second", [](const Call& c) { return Value::Int(CivilOf(Self(c)).second); }},
    {"String", [](const Call& c) { return Text(c, TimeString(Self(c))); }},
    {"Sub",
     [](const Call& c) { return Nanos(NanosBetween(c.args[0].as_instant(), Self(c))); },
     {&kTimeType}},
    {"Truncate",
     [](const Call& c) { return Time(TruncateTime(Self(c), Arg(c, 0))); },
     {&kDurationType}},
    {"UTC", [](const Call& c) { return Time(InUtc(Self(c))); }},
    {"Unix", [](const Call& c) { return Value::Int(Self(c).seconds, kInt64Type); }},
    {"UnixMicro",
     [](const Call& c) { return Value::Int(SinceEpoch(Self(c), 1'000'000), kInt64Type); }},
    {"UnixMilli", [](const Call& c) { return Value::Int(SinceEpoch(Self(c), 1'000), kInt64Type); }},
    {"UnixNano",
     [](const Call& c) { return Value::Int(SinceEpoch(Self(c), kNanosPerSecond), kInt64Type); }},
    {"Weekday", [](const Call& c) { return Value::Int(CivilOf(Self(c)).weekday, kWeekdayType); }},
    {"Year", [](const Call& c) { return Value::Int(CivilOf(Self(c)).year); }},
    {"YearDay", [](const Call& c) { return Value::Int(CivilOf(Self(c)).year_day); }},
    {"Zone",
     nullptr,
     {},
     false,
     "invalid function signature for Zone: second return value should be error; is int"},
    {"ZoneBounds",
     nullptr,
     {},
     false,
     "invalid function signature for ZoneBounds: second return value should be error; is "
     "time.Time"},
};

}  // namespace

constinit const Type kTimeType{
    .name = "time.Time", .kind = Kind::kStruct, .methods = kTimeMethods, .to_string = TimeToString};
}  // namespace eventer::tmpl
