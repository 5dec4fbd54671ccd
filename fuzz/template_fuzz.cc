// Any template on any event: it renders or says why not, within the bounds that it promises.
// Input: the template, a NUL, and the event's JSON, or its message if that is no JSON.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/event_decoder.h"
#include "eventer/event_template.h"

namespace {

using eventer::Event;
using eventer::EventPtr;
using eventer::EventTemplate;

constexpr std::size_t kMaxOutput = std::size_t{1} << 20;

void Check(bool good) {
  if (!good) std::abort();
}

EventPtr EventFrom(std::string_view text) {
  static eventer::EventDecoder decoder;
  if (EventPtr event = decoder.DecodeEvent(text)) return event;
  auto event = std::make_shared<Event>();
  event->message = event->json = text;  // a text that is no JSON must do no harm either
  return event;
}

void CheckTemplate(std::string_view text, const Event& event, EventTemplate::Escaping escaping) {
  const auto parsed = EventTemplate::Parse("fuzz", text, escaping);
  if (const auto* error = std::get_if<eventer::TemplateError>(&parsed)) {
    Check(error->text.starts_with("template: fuzz:") && error->line >= 1 && error->column >= 1);
    return;
  }
  const auto result = std::get<EventTemplate>(parsed).Render(event);
  Check(result.ok ? result.text.size() <= kMaxOutput : result.text.starts_with("template: fuzz:"));
  const auto again = std::get<EventTemplate>(parsed).Render(event);
  Check(again.ok == result.ok && again.text == result.text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = input.find('\0');
  const std::string_view text = input.substr(0, split);
  const EventPtr event =
      EventFrom(split == std::string_view::npos ? std::string_view() : input.substr(split + 1));
  CheckTemplate(text, *event, EventTemplate::Escaping::kJson);
  CheckTemplate(text, *event, EventTemplate::Escaping::kNone);
  return 0;
}
