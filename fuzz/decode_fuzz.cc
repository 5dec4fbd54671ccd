// Whatever comes in a watch or a list: what is kept of it is one line of valid JSON, an object
// without metadata.managedFields, and reads as the same event again.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/event_decoder.h"

namespace {

using eventer::EventDecoder;
using eventer::EventPtr;

void Check(bool good) {
  if (!good) std::abort();
}

// nlohmann's DOM goes deeper than any event needs; its recursion is bounded by simdjson's 1,024.
bool IsClean(const nlohmann::json& object) {
  if (!object.is_object()) return false;
  const auto metadata = object.find("metadata");
  return metadata == object.end() || !metadata->is_object() || !metadata->contains("managedFields");
}

void CheckEvent(EventDecoder& decoder, const EventPtr& event) {
  Check(event->json.find_first_of("\r\n") == std::string::npos);
  Check(IsClean(nlohmann::json::parse(event->json, nullptr, /*allow_exceptions=*/false)));
  Check(event->count >= 1);
  Check(event->Footprint() >= event->json.size());
  const EventPtr again = decoder.DecodeEvent(event->json);
  Check(again && again->json == event->json && again->message == event->message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static EventDecoder decoder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  eventer::WatchFrame frame;
  if (decoder.DecodeFrame(text, &frame)) {
    if (frame.event) CheckEvent(decoder, frame.event);
  } else {
    Check(!frame.event && !frame.message.empty());
  }
  eventer::EventListPage page;
  std::string error;
  if (decoder.DecodeList(text, &page, &error)) {
    for (const EventPtr& event : page.events) CheckEvent(decoder, event);
  } else {
    Check(!error.empty());
  }
  if (const EventPtr event = decoder.DecodeEvent(text)) CheckEvent(decoder, event);
  return 0;
}
