#include "core/template/functions.h"

#include <array>
#include <string>

#include "core/template/escapers.h"
#include "core/template/json_text.h"
#include "core/template/printer.h"

namespace eventer::tmpl {
namespace {

std::string_view AsText(std::span<const Value> args, Arena& arena) {
  if (args.size() == 1 && args[0].valid() && &args[0].type() == &kStringType) {
    return args[0].as_string();
  }
  std::vector<Value> printable;
  for (Value arg : args) {
    arg.addressable = false;  // Go hands on a copy
    printable.push_back(Printable(arg));
  }
  std::string out;
  Printer printer(out, kMaxOutput);
  printer.UsePointers();
  printer.Print(printable);
  return arena.Keep(std::move(out));
}

template <void (*kEscape)(std::string&, std::string_view)>
Value Escaped(const Call& call) {
  std::string out;
  kEscape(out, AsText(call.args, call.arena));
  return Value(call.arena.Keep(std::move(out)));
}

template <void (Printer::*kPrint)(std::span<const Value>)>
Value Printed(const Call& call) {
  std::string out;
  Printer printer(out, kMaxOutput);
  (printer.*kPrint)(call.args);
  return Value(call.arena.Keep(std::move(out)));
}

Value Printf(const Call& call) {
  std::string out;
  Printer(out, kMaxOutput).Printf(call.args[0].as_string(), call.args.subspan(1));
  return Value(call.arena.Keep(std::move(out)));
}

Value ToJson(const Call& call) {
  std::string out;
  AppendJson(out, call.args[0]);
  return Value(call.arena.Keep(std::move(out)));
}

Value Length(const Call& call) {
  const Value item = Indirect(call.args[0]);
  if (!item.valid()) throw CallError{"reflect: call of reflect.Value.Type on zero Value"};
  switch (item.kind()) {
    case Kind::kPointer:
      throw CallError{"len of nil pointer"};
    case Kind::kString:
    case Kind::kMap:
    case Kind::kSlice:
      return Value::Int(static_cast<std::int64_t>(item.length()));
    default:
      throw CallError{"len of type " + std::string(item.type().name)};
  }
}

Value Eq(const Call& call) {
  if (call.args.size() < 2) throw CallError{"missing argument for comparison"};
  for (const Value& other : call.args.subspan(1)) {
    if (Equal(call.args[0], other)) return Value(true);
  }
  return Value(false);
}

bool LessOrEqual(const Value& a, const Value& b) { return Less(a, b) || Equal(a, b); }

constexpr std::array kFunctions = std::to_array<Function>({
    {"and", nullptr, 1, true},
    {"call", nullptr, 1, true},
    {"eq", Eq, 1, true},
    {"ge", [](const Call& c) { return Value(!Less(c.args[0], c.args[1])); }, 2},
    {"gt", [](const Call& c) { return Value(!LessOrEqual(c.args[0], c.args[1])); }, 2},
    {"html", Escaped<AppendHtmlEscaped>, 0, true},
    {"index", Index, 1, true},
    {"js", Escaped<AppendJsEscaped>, 0, true},
    {"le", [](const Call& c) { return Value(LessOrEqual(c.args[0], c.args[1])); }, 2},
    {"len", Length},
    {"lt", [](const Call& c) { return Value(Less(c.args[0], c.args[1])); }, 2},
    {"ne", [](const Call& c) { return Value(!Equal(c.args[0], c.args[1])); }, 2},
    {"not", [](const Call& c) { return Value(!IsTrue(c.args[0])); }},
    {"or", nullptr, 1, true},
    {"print", Printed<&Printer::Print>, 0, true},
    {"printf", Printf, 1, true, true},
    {"println", Printed<&Printer::Println>, 0, true},
    {"slice", Slice, 1, true},
    {"toJson", ToJson},
    {"urlquery", Escaped<AppendUrlEscaped>, 0, true},
});

}  // namespace

const Function* FindFunction(std::string_view name) {
  for (const Function& function : kFunctions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

Value Printable(const Value& value) {
  return value.valid() ? Indirect(value) : Value(std::string_view("<no value>"));
}

}  // namespace eventer::tmpl
