// Go templates (text/template) over Events: what a webhook's body is made of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "eventer/event.h"

namespace eventer {

// Why a text is no template.
struct TemplateError {
  std::string text;  // as Go says it, with name and line: "template: body:1: unclosed action"
  int line = 0;      // from 1
  int column = 0;    // from 1, in bytes
};

// One event rendered, or why not.
struct RenderResult {
  bool ok = false;
  // The output; else the error as Go says it: "template: body:1:3: executing "body" at <.Foo>: …".
  // It quotes the template, never the event's secrets: events have none.
  std::string text;
};

// A parsed template. Immutable: any number of threads may render with it at once. Cheap to copy.
//
// The language is that of Go 1.25, complete, with `toJson` added; the data is a *v1.Event of
// client-go 0.17. On purpose different: .LastTimestamp, .FirstTimestamp and .Count are Event's
// last_seen, first_seen and count; managedFields is empty; output, work, nesting and recursion are
// bounded (what exceeds them fails, as any error does); pointers print as one fixed address.
class EventTemplate {
 public:
  enum class Escaping : char {
    // In a template that is JSON (its own text begins, after blanks and actions, with { or [), a
    // value inside a string literal of that text is JSON-escaped, unless its pipeline ends in js or
    // toJson. In other templates nothing is escaped.
    kJson,
    kNone,
  };

  // Blocks for the time of parsing only; throws nothing. `name` stands in error messages.
  static std::variant<EventTemplate, TemplateError> Parse(std::string_view name,
                                                          std::string_view text,
                                                          Escaping escaping = Escaping::kJson);

  // At most 1 MiB, within a bounded number of steps.
  RenderResult Render(const Event& event) const;

  // The template's own text is JSON, whatever the escaping.
  bool is_json() const;

 private:
  struct Parsed;
  explicit EventTemplate(std::shared_ptr<const Parsed> parsed) : parsed_(std::move(parsed)) {}

  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace eventer
