// How the Printer writes what has parts, and what it says of a verb that does not fit.
#include <utility>

#include "core/template/go_time.h"
#include "core/template/printer.h"
#include "core/template/unicode.h"

namespace eventer::tmpl {

// Between two parts.
void Printer::Separator(std::size_t index) {
  if (index > 0) out_ += format_.flags.sharp_v ? ", " : " ";
}

void Printer::Map(const Value& value, char32_t verb, int depth) {
  const bool go_syntax = format_.flags.sharp_v;
  if (go_syntax) out_ += value.type().name;
  if (go_syntax && value.is_nil()) {
    out_ += "(nil)";
    return;
  }
  out_ += go_syntax ? "{" : "map[";
  for (std::size_t i = 0; i < value.length(); ++i) {
    const auto& [key, entry] = (*value.as_map())[i];
    Separator(i);
    Part(Value(key), verb, depth + 1);
    out_ += ':';
    Part(Value(entry), verb, depth + 1);
  }
  out_ += go_syntax ? '}' : ']';
}

void Printer::Struct(const Value& value, char32_t verb, int depth) {
  if (&value.type() == &kTimeType) {  // without its methods: what is inside a time.Time
    const Instant time = value.as_instant();
    out_ += '{';
    Part(Value::Uint(static_cast<std::uint64_t>(time.nanos), kUint64Type), verb, depth + 1);
    out_ += ' ';
    Part(Value::Int(time.seconds - kZeroTime.seconds, kInt64Type), verb, depth + 1);
    out_ += " <nil>}";
    return;
  }
  if (format_.flags.sharp_v) out_ += value.type().name;
  out_ += '{';
  const auto fields = value.type().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    Separator(i);
    if (format_.flags.plus_v || format_.flags.sharp_v) {
      out_ += fields[i].name;
      out_ += ':';
    }
    Part(value.field(i), verb, depth + 1);
  }
  out_ += '}';
}

void Printer::Slice(const Value& value, char32_t verb, int depth) {
  const bool go_syntax = format_.flags.sharp_v;
  const bool bytes = value.is_bytes();
  if (bytes && verb != 'v' && verb != 'd' && Text(value.as_string(), verb)) return;
  if (go_syntax) out_ += bytes ? "[]byte" : value.type().name;
  if (go_syntax && value.is_nil()) {
    out_ += "(nil)";
    return;
  }
  out_ += go_syntax ? '{' : '[';
  for (std::size_t i = 0; i < value.length(); ++i) {
    Separator(i);
    Part(value.element(i), verb, depth + 1);
  }
  out_ += go_syntax ? '}' : ']';
}

void Printer::Pointer(const Value& value, char32_t verb, int depth) {
  const Kind target = value.type().elem->kind;
  const bool compound = target == Kind::kStruct || target == Kind::kSlice || target == Kind::kMap;
  if (depth == 0 && compound && !value.is_nil()) {
    out_ += '&';
    Part(*value.as_pointer(), verb, depth + 1);
  } else if (!Address(value, verb)) {
    BadVerb(value, verb);
  }
}

// %!d(string=hi)
void Printer::BadVerb(const Value& value, char32_t verb) {
  out_ += "%!";
  AppendRune(out_, verb);
  out_ += '(';
  if (value.valid()) {
    const bool before = std::exchange(erroring_, true);
    out_ += value.type().name;
    out_ += '=';
    Argument(value, 'v');
    erroring_ = before;
  } else {
    out_ += "<nil>";
  }
  out_ += ')';
}

}  // namespace eventer::tmpl
