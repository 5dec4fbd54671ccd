// Methods of Go values that a template can call.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "core/template/arena.h"
#include "core/template/value.h"

namespace eventer::tmpl {

// A function or method refuses its arguments: "error calling NAME: TEXT".
struct CallError {
  std::string text;
};

struct Call {
  std::string_view name;  // of the method
  const Value& self;      // no value: called through a nil pointer
  std::span<const Value> args;
  Arena& arena;
};

struct Method {
  std::string_view name;
  Value (*run)(const Call& call) = nullptr;
  std::array<const Type*, 3> params = {};
  bool pointer = false;           // only of what can be pointed to; runs on nil, too
  std::string_view refusal = {};  // why a template can't call it: Go's words

  std::size_t arity() const {
    std::size_t count = 0;
    while (count < params.size() && params[count]) ++count;
    return count;
  }
};

// Null: `type` has no such method. `by_pointer`: methods of its pointer count, too.
const Method* FindMethod(const Type& type, std::string_view name, bool by_pointer);
// The field `name` of a struct, its embedded structs included; no value if there is none.
Value FindField(const Value& value, std::string_view name);
bool HasField(const Type& type, std::string_view name);

}  // namespace eventer::tmpl
