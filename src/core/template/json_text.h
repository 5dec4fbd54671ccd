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

// Follows the template's own text, which values interrupt.
class JsonPosition {
 public:
  void Feed(std::string_view text);
  bool in_string() const { return in_string_; }

 private:
  bool in_string_ = false;
};

}  // namespace eventer::tmpl
