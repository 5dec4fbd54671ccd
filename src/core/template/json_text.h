// Writing JSON, and knowing where in a JSON text one is.
#pragma once

#include <string>
#include <string_view>

#include "core/template/value.h"

namespace eventer::tmpl {

// `text` as it stands between the quotes of a JSON string; U+FFFD for what is no UTF-8.
void AppendJsonEscaped(std::string& out, std::string_view text);
// A value as JSON, with the names that the Kubernetes API has for its fields.
void AppendJson(std::string& out, const Value& value);

// Whether one is inside a string literal of a JSON text behind `text`, having been inside one (or
// not) before it.
bool InJsonString(std::string_view text, bool inside);

}  // namespace eventer::tmpl
