#include "core/template/template_support.h"

#include <cstdlib>
#include <iostream>

#include "core/event_decoder.h"

namespace eventer {

EventPtr MakeEvent(std::string_view json) {
  EventPtr event = EventDecoder().DecodeEvent(json);
  if (event) return event;
  std::cerr << "no event: " << json << '\n';
  std::abort();
}

std::string Render(std::string_view text, const Event& event, EventTemplate::Escaping escaping) {
  const auto parsed = EventTemplate::Parse("body", text, escaping);
  if (const auto* error = std::get_if<TemplateError>(&parsed)) return error->text;
  return std::get<EventTemplate>(parsed).Render(event).text;
}

std::string RenderRich(std::string_view text) {
  static const EventPtr event = MakeEvent(kRichEvent);
  return Render(text, *event);
}

std::string RenderPlain(std::string_view text) {
  static const EventPtr event = MakeEvent(kPlainEvent);
  return Render(text, *event);
}

std::string FailureOf(std::string_view text) {
  const std::string error = RenderPlain(text);
  const std::size_t at = error.find(">: ");
  return at == std::string::npos ? "no failure: " + error : error.substr(at + 3);
}

}  // namespace eventer
