#include "core/template/printer.h"

#include "core/template/go_time.h"
#include "core/template/unicode.h"

namespace eventer::tmpl {
namespace {

constexpr std::string_view kNil = "<nil>";
// Go prints where a thing lies in memory. This stands for every address: one text for one event.
constexpr std::uint64_t kSomeAddress = 0xc000010000;

bool IsTextVerb(char32_t verb) {
  return verb == 'v' || verb == 's' || verb == 'x' || verb == 'X' || verb == 'q';
}

}  // namespace

std::string Sprint(const Value& value) {
  std::string out;
  Printer(out, out.max_size()).Argument(value, 'v');
  return out;
}

void Printer::CheckLimit() const {
  if (out_.size() > limit_) throw TooLong{};
}

void Printer::Print(std::span<const Value> args) {
  bool after_text = true;  // no blank before the first
  for (const Value& arg : args) {
    const bool is_text = arg.kind() == Kind::kString;
    if (!is_text && !after_text) out_ += ' ';
    Argument(arg, 'v');
    after_text = is_text;
  }
}

void Printer::Println(std::span<const Value> args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (i > 0) out_ += ' ';
    Argument(args[i], 'v');
  }
  out_ += '\n';
}

void Printer::Argument(const Value& value, char32_t verb) {
  if (!value.valid()) {
    if (verb == 'v' || verb == 'T') {
      format_.Pad(kNil);
    } else {
      BadVerb(value, verb);
    }
  } else if (verb == 'T') {
    format_.Text(value.type().name);
  } else if (verb == 'p') {
    if (!Address(value, verb)) BadVerb(value, verb);
  } else if (!ByMethod(value, verb, use_pointers_ && value.addressable)) {
    Part(value, verb, 0);
  }
  CheckLimit();
}

// Prints what the value says of itself. False: it says nothing, or the verb does not ask for it.
// `pointer`: what its pointer says counts, too.
bool Printer::ByMethod(const Value& value, char32_t verb, bool pointer) {
  if (erroring_ || !value.valid()) return false;
  const Type& type = value.kind() == Kind::kPointer ? *value.type().elem : value.type();
  pointer |= value.kind() == Kind::kPointer;
  if (verb == 'w') {  // Go's wrapped errors: there are none
    BadVerb(value, verb);
    return true;
  }
  if (!type.to_string && !(pointer && type.pointer_to_string)) return false;
  const Value self = Indirect(value);
  const bool nil = self.kind() == Kind::kPointer;
  const bool is_time = &type == &kTimeType || type.embeds == &kTimeType;
  if (format_.flags.sharp_v ? !is_time : !IsTextVerb(verb)) return false;
  if (nil && type.to_string) {  // a method of the value, which is not there
    out_ += kNil;
  } else if (format_.flags.sharp_v) {
    format_.Text(TimeGoString(self.as_instant()));
  } else if (nil) {
    Text("nil", verb);
  } else {
    Text(type.to_string ? type.to_string(self) : type.pointer_to_string(self), verb);
  }
  return true;
}

// `depth` 0: the argument itself; else a part of one.
void Printer::Part(const Value& value, char32_t verb, int depth) {
  CheckLimit();
  if (depth > 0 && ByMethod(value, verb, false)) return;
  switch (value.kind()) {
    case Kind::kMap:
      return Map(value, verb, depth);
    case Kind::kStruct:
      return Struct(value, verb, depth);
    case Kind::kSlice:
      return Slice(value, verb, depth);
    case Kind::kPointer:
      return Pointer(value, verb, depth);
    default:
      break;
  }
  if (!Basic(value, verb)) BadVerb(value, verb);
}

bool Printer::Basic(const Value& value, char32_t verb) {
  switch (value.kind()) {
    case Kind::kBool:
      if (verb != 't' && verb != 'v') return false;
      format_.Pad(value.as_bool() ? "true" : "false");
      return true;
    case Kind::kInt:
      return Integer(static_cast<std::uint64_t>(value.as_int()), value.as_int() < 0, true, verb);
    case Kind::kUint:
      return Integer(value.as_uint(), false, false, verb);
    case Kind::kFloat:
      return Float(value.as_float(), verb);
    case Kind::kComplex:
      return Complex(value.as_complex(), verb);
    case Kind::kString:
      return Text(value.as_string(), verb);
    default:
      return false;
  }
}

bool Printer::Integer(std::uint64_t value, bool negative, bool is_signed, char32_t verb) {
  switch (verb) {
    case 'v':
      if (format_.flags.sharp_v && !is_signed) {
        const bool sharp = std::exchange(format_.flags.sharp, true);
        format_.Integer(value, false, 16, false);
        format_.flags.sharp = sharp;
        return true;
      }
      [[fallthrough]];
    case 'd':
      format_.Integer(value, negative, 10, false);
      return true;
    case 'b':
      format_.Integer(value, negative, 2, false);
      return true;
    case 'o':
      format_.Integer(value, negative, 8, false);
      return true;
    case 'O':
      format_.Integer(value, negative, 8, false, true);
      return true;
    case 'x':
      format_.Integer(value, negative, 16, false);
      return true;
    case 'X':
      format_.Integer(value, negative, 16, true);
      return true;
    case 'c':
      format_.Character(value);
      return true;
    case 'q':
      format_.QuotedCharacter(value);
      return true;
    case 'U':
      format_.Unicode(value);
      return true;
    default:
      return false;
  }
}

bool Printer::Float(double value, char32_t verb) {
  constexpr std::string_view kShortest = "bgGxX", kSixDigits = "feEF";
  if (verb == 'v') verb = 'g';
  if (verb >= 0x80) return false;
  const char letter = static_cast<char>(verb);
  if (kShortest.find(letter) != std::string_view::npos) {
    format_.Float(value, letter, -1);
  } else if (kSixDigits.find(letter) != std::string_view::npos) {
    format_.Float(value, letter == 'F' ? 'f' : letter, 6);
  } else {
    return false;
  }
  return true;
}

bool Printer::Complex(std::complex<double> value, char32_t verb) {
  const std::size_t start = out_.size();
  out_ += '(';
  if (!Float(value.real(), verb)) {
    out_.resize(start);
    return false;
  }
  const bool plus = std::exchange(format_.flags.plus, true);
  Float(value.imag(), verb);
  format_.flags.plus = plus;
  out_ += "i)";
  return true;
}

bool Printer::Text(std::string_view text, char32_t verb) {
  switch (verb) {
    case 'v':
      if (format_.flags.sharp_v) {
        format_.Quoted(text);
        return true;
      }
      [[fallthrough]];
    case 's':
      format_.Text(text);
      return true;
    case 'x':
      format_.Hex(text, false);
      return true;
    case 'X':
      format_.Hex(text, true);
      return true;
    case 'q':
      format_.Quoted(text);
      return true;
    default:
      return false;
  }
}

// Of what is there by reference.
bool Printer::Address(const Value& value, char32_t verb) {
  const Kind kind = value.kind();
  if (kind != Kind::kPointer && kind != Kind::kMap && kind != Kind::kSlice) return false;
  const std::uint64_t address = value.is_nil() ? 0 : kSomeAddress;
  const bool go_syntax = verb == 'v' && format_.flags.sharp_v;
  if (go_syntax) {
    out_ += '(';
    out_ += value.type().name;
    out_ += ")(";
  }
  if (verb == 'v' && !address) {
    format_.Pad(go_syntax ? "nil" : kNil);
  } else if (verb == 'v' || verb == 'p') {
    const bool sharp = std::exchange(format_.flags.sharp, go_syntax || !format_.flags.sharp);
    format_.Integer(address, false, 16, false);
    format_.flags.sharp = sharp;
  } else if (verb != 'b' && verb != 'o' && verb != 'd' && verb != 'x' && verb != 'X') {
    return false;
  } else {
    Integer(address, false, false, verb);
  }
  if (go_syntax) out_ += ')';
  return true;
}

}  // namespace eventer::tmpl
