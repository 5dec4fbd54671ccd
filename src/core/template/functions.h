// The functions that templates can call: Go's built-in ones, and toJson.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/template/method.h"

namespace eventer::tmpl {

// A template's output, and each text that it makes on its way, has at most so many bytes.
constexpr std::size_t kMaxOutput = std::size_t{1} << 20;

struct Function {
  std::string_view name;
  Value (*run)(const Call& call);  // null: the executor does it (and, or, call)
  std::size_t fixed = 1;           // arguments
  bool variadic = false;           // more of them
  bool takes_format = false;       // the first is a string
};

// Null: there is none of that name.
const Function* FindFunction(std::string_view name);
inline bool IsFunction(std::string_view name) { return FindFunction(name) != nullptr; }

// What of a value a template prints: what a pointer points to, "<no value>" for none.
Value Printable(const Value& value);

// Go's comparisons; throw CallError for what can't be compared.
bool Equal(const Value& a, const Value& b);
bool Less(const Value& a, const Value& b);

Value Index(const Call& call);
Value Slice(const Call& call);

}  // namespace eventer::tmpl
