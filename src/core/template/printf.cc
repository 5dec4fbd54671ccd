// Printf: a format's directives, one after the other.
#include <algorithm>
#include <optional>

#include "core/template/printer.h"
#include "core/template/unicode.h"
#include "eventer/ascii.h"

namespace eventer::tmpl {
namespace {

// Go's bound for widths, precisions and argument numbers.
constexpr int kMaxNumber = 1'000'000;

bool TooLarge(std::int64_t number) { return number > kMaxNumber || number < -kMaxNumber; }

// Takes a decimal number off `text`; nullopt: none there. One that is too large takes all.
std::optional<int> TakeNumber(std::string_view& text) {
  std::optional<int> number;
  while (!text.empty() && IsDigit(text[0])) {
    if (number && TooLarge(*number)) {
      text = {};
      return std::nullopt;
    }
    number = number.value_or(0) * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  return number;
}

// Takes [3] off `text`. `*found`: the brackets are closed and hold a number.
int TakeIndex(std::string_view& text, bool* found) {
  const std::size_t close = text.find(']');
  *found = false;
  if (text.size() < 3 || close == std::string_view::npos) {
    text.remove_prefix(1);
    return -1;
  }
  std::string_view inner = text.substr(1, close - 1);
  text.remove_prefix(close + 1);
  const auto number = TakeNumber(inner);
  *found = number && inner.empty();
  return *found ? *number - 1 : -1;
}

// As a width or a precision.
std::optional<int> IntegerOf(const Value& value) {
  std::int64_t number = 0;
  if (value.kind() == Kind::kInt) {
    number = value.as_int();
  } else if (value.kind() == Kind::kUint && value.as_uint() <= kMaxNumber) {
    number = static_cast<std::int64_t>(value.as_uint());
  } else {
    return std::nullopt;
  }
  return TooLarge(number) ? std::nullopt : std::optional<int>(static_cast<int>(number));
}

}  // namespace

void Printer::Printf(std::string_view format, std::span<const Value> args) {
  Position at{format, args};
  while (!at.format.empty()) {
    const std::size_t percent = std::min(at.format.find('%'), at.format.size());
    out_ += at.format.substr(0, percent);
    at.format.remove_prefix(percent);
    if (!at.format.empty()) Directive(at);
    CheckLimit();
  }
  if (!at.reordered && at.next < args.size()) ReportExtra(at);
}

void Printer::Directive(Position& at) {
  at.format.remove_prefix(1);
  at.good_index = true;
  at.after_index = false;
  format_.flags = FormatFlags{};
  ReadFlags(at);
  ReadIndex(at);
  ReadWidth(at);
  if (at.format.starts_with('.')) ReadPrecision(at);
  if (!at.after_index) ReadIndex(at);
  if (at.format.empty()) {
    out_ += "%!(NOVERB)";
    return;
  }
  const Rune verb = DecodeRune(at.format);
  at.format.remove_prefix(verb.size);
  Verb(at, verb.value);
}

void Printer::ReadFlags(Position& at) {
  FormatFlags& flags = format_.flags;
  for (; !at.format.empty(); at.format.remove_prefix(1)) {
    switch (at.format[0]) {
      case '#':
        flags.sharp = true;
        break;
      case '0':
        flags.zero = true;
        break;
      case '+':
        flags.plus = true;
        break;
      case '-':
        flags.minus = true;
        break;
      case ' ':
        flags.space = true;
        break;
      default:
        return;
    }
  }
}

// [3]: which argument is next.
void Printer::ReadIndex(Position& at) {
  at.after_index = false;
  if (!at.format.starts_with('[')) return;
  at.reordered = true;
  bool found = false;
  const int index = TakeIndex(at.format, &found);
  if (found && index >= 0 && static_cast<std::size_t>(index) < at.args.size()) {
    at.next = static_cast<std::size_t>(index);
    at.after_index = true;
    return;
  }
  at.good_index = false;
  at.after_index = found;
}

// *: the next argument. False: that is no integer.
bool Printer::TakeStar(Position& at, int* value) {
  at.format.remove_prefix(1);
  at.after_index = false;
  if (at.next >= at.args.size()) return false;
  const auto number = IntegerOf(at.args[at.next++]);
  *value = number.value_or(0);
  return number.has_value();
}

void Printer::ReadWidth(Position& at) {
  FormatFlags& flags = format_.flags;
  if (at.format.starts_with('*')) {
    flags.has_width = TakeStar(at, &flags.width);
    if (!flags.has_width) out_ += "%!(BADWIDTH)";
    if (flags.width < 0) {
      flags.width = -flags.width;
      flags.minus = true;
      flags.zero = false;
    }
    return;
  }
  const auto width = TakeNumber(at.format);
  flags.has_width = width.has_value();
  flags.width = width.value_or(0);
  if (at.after_index && width) at.good_index = false;  // %[3]2d
}

void Printer::ReadPrecision(Position& at) {
  FormatFlags& flags = format_.flags;
  at.format.remove_prefix(1);
  if (at.after_index) at.good_index = false;  // %[3].2d
  ReadIndex(at);
  if (at.format.starts_with('*')) {
    flags.has_precision = TakeStar(at, &flags.precision);
    if (flags.precision < 0) {
      flags.precision = 0;
      flags.has_precision = false;
    }
    if (!flags.has_precision) out_ += "%!(BADPREC)";
    return;
  }
  flags.precision = TakeNumber(at.format).value_or(0);
  flags.has_precision = true;
}

void Printer::Verb(Position& at, char32_t verb) {
  if (verb == '%') {
    out_ += '%';
    return;
  }
  if (!at.good_index || at.next >= at.args.size()) {
    out_ += "%!";
    AppendRune(out_, verb);
    out_ += at.good_index ? "(MISSING)" : "(BADINDEX)";
    return;
  }
  FormatFlags& flags = format_.flags;
  if (verb == 'v' || verb == 'w') {
    flags.sharp_v = std::exchange(flags.sharp, false);
    flags.plus_v = std::exchange(flags.plus, false);
  }
  Argument(at.args[at.next++], verb);
}

void Printer::ReportExtra(const Position& at) {
  format_.flags = FormatFlags{};
  out_ += "%!(EXTRA ";
  for (std::size_t i = at.next; i < at.args.size(); ++i) {
    if (i > at.next) out_ += ", ";
    const Value& arg = at.args[i];
    if (arg.valid()) {
      out_ += arg.type().name;
      out_ += '=';
      Argument(arg, 'v');
    } else {
      out_ += "<nil>";
    }
  }
  out_ += ')';
}

}  // namespace eventer::tmpl
