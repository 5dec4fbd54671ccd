#include "sinks/http_sink_fixture.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/event_decoder.h"
#include "eventer/error.h"
#include "eventer/event_filter.h"
#include "eventer/sinks.h"
#include "support/test_data.h"

namespace eventer {

void HttpSinkTest::Make(const std::string& value) {
  sink_.reset();  // another process: a robot's budget is shared within one
  SinkUri uri = SinkUri::Parse("--sink", value);
  const SinkKind& kind = FindSinkKind(uri);
  if (kind.passes_options_on()) uri.PassOptionsOn(kind.own_options);
  EventFilter::Parse(uri, kind.default_level);
  SinkContext context{clock_, FakeFactory(client_, &asked_), {}, uri.GetOr("name", uri.key())};
  context.config_map = [this](const std::string& ns, const std::string& name,
                              const std::string& key) {
    config_map_name_ = ns + "/" + name + " " + key;
    return std::make_unique<FakeText>(config_map_);
  };
  sink_ = kind.make(uri, context);
  if (!kind.passes_options_on()) uri.CheckAllRead();
  warnings_ = uri.warnings();
}

std::string HttpSinkTest::ErrorOf(const std::string& value) {
  try {
    Make(value);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

ExportResult HttpSinkTest::Export(std::vector<EventPtr> events) {
  ExportResult result = sink_->ExportEvents({clock_.Wall(), std::move(events)}, {});
  return result;
}

EventOutcome HttpSinkTest::Export(const EventPtr& event) {
  return Export(std::vector<EventPtr>{event}).events.at(0);
}

EventPtr WarningEvent(const std::string& message) {
  const nlohmann::json object = {
      {"metadata",
       {{"name", "cart-1.aaa1"},
        {"namespace", "shop"},
        {"uid", "605abd8a"},
        {"resourceVersion", "2875"}}},
      {"involvedObject", {{"kind", "Pod"}, {"namespace", "shop"}, {"name", "cart-1"}}},
      {"reason", "BackOff"},
      {"message", message},
      {"lastTimestamp", "2026-11-23T04:33:10Z"},
      {"count", 7},
      {"type", "Warning"}};
  return EventDecoder().DecodeEvent(object.dump());
}

std::vector<EventPtr> RecordedEvents(const std::string& value) {
  SinkUri uri = SinkUri::Parse("--sink", value);
  const EventFilter filter = EventFilter::Parse(uri, FindSinkKind(uri).default_level);
  EventDecoder decoder;
  std::vector<EventPtr> events;
  for (const std::string& line : ReadTestLines("golden/events.jsonl")) {
    EventPtr event = decoder.DecodeEvent(line);
    if (filter.Wants(*event)) events.push_back(std::move(event));
  }
  return events;
}

}  // namespace eventer
