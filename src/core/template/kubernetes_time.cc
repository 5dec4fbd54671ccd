// metav1.Time and metav1.MicroTime: a time.Time with methods and a JSON form of their own.
#include "core/template/go_time.h"
#include "core/template/method.h"

namespace eventer::tmpl {
namespace {

Instant InUtc(Instant time) { return time.utc = true, time; }
bool IsZero(const Instant& time) { return Compare(time, kZeroTime) == 0; }
std::string ToString(const Value& value) { return TimeString(value.as_instant()); }

// As the Kubernetes API writes it.
std::string Rfc3339(const Call& call) {
  const bool micro = &call.self.type() == &kMicroTimeType;
  return FormatTime(InUtc(call.self.as_instant()),
                    micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00");
}

Value MarshalJson(const Call& call) {
  const bool zero = IsZero(call.self.as_instant());
  return Value(call.arena.Keep(zero ? "null" : '"' + Rfc3339(call) + '"'), kBytesType);
}

Value MarshalQueryParameter(const Call& call) {
  return Value(call.arena.Keep(IsZero(call.self.as_instant()) ? "" : Rfc3339(call)));
}

Value Truncated(const Call& call) {  // Rfc3339Copy
  Instant time = call.self.as_instant();
  time.nanos = 0;
  return Value(time, call.self.type());
}

Value IsZeroOrNil(const Call& call) {
  return Value(!call.self.valid() || IsZero(call.self.as_instant()));
}

// Of pointers, either of which may be nil.
Value Before(const Call& call) {
  if (!call.self.valid() || call.args[0].is_nil()) return Value(false);
  return Value(Compare(call.self.as_instant(), call.args[0].as_pointer()->as_instant()) < 0);
}

Value Equal(const Call& call) {
  if (!call.self.valid() || call.args[0].is_nil()) {
    return Value(!call.self.valid() && call.args[0].is_nil());
  }
  return Value(Compare(call.self.as_instant(), call.args[0].as_pointer()->as_instant()) == 0);
}

constexpr Method kMetaTimeMethods[] = {
    {"Before", Before, {&kMetaTimePointerType}, true},
    {"Equal", Equal, {&kMetaTimePointerType}, true},
    {"IsZero", IsZeroOrNil, {}, true},
    {"MarshalJSON", MarshalJson},
    {"MarshalQueryParameter", MarshalQueryParameter},
    {"Rfc3339Copy", Truncated},
};

constexpr Method kMicroTimeMethods[] = {
    {"Before", Before, {&kMicroTimePointerType}, true},
    {"BeforeTime", Before, {&kMetaTimePointerType}, true},
    {"Equal", Equal, {&kMicroTimePointerType}, true},
    {"EqualTime", Equal, {&kMetaTimePointerType}, true},
    {"IsZero", IsZeroOrNil, {}, true},
    {"MarshalJSON", MarshalJson},
    {"MarshalQueryParameter", MarshalQueryParameter},
};

constexpr Field kWrappedTime[] = {{.name = "Time", .json = "", .embedded = true}};

}  // namespace

constinit const Type kMetaTimeType{.name = "v1.Time",
                                   .kind = Kind::kStruct,
                                   .fields = kWrappedTime,
                                   .methods = kMetaTimeMethods,
                                   .embeds = &kTimeType,
                                   .to_string = ToString};
constinit const Type kMicroTimeType{.name = "v1.MicroTime",
                                    .kind = Kind::kStruct,
                                    .fields = kWrappedTime,
                                    .methods = kMicroTimeMethods,
                                    .embeds = &kTimeType,
                                    .to_string = ToString};
constinit const Type kMetaTimePointerType{
    .name = "*v1.Time", .kind = Kind::kPointer, .elem = &kMetaTimeType};
constinit const Type kMicroTimePointerType{
    .name = "*v1.MicroTime", .kind = Kind::kPointer, .elem = &kMicroTimeType};

}  // namespace eventer::tmpl
