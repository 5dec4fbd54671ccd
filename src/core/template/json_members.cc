#include "core/template/json_members.h"

#include "eventer/time_format.h"

namespace eventer::tmpl {

Instant InstantOf(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return {seconds.time_since_epoch().count(),
          static_cast<std::int32_t>(std::chrono::nanoseconds(time - seconds).count()), false};
}

Members::Members(simdjson::dom::element value) {
  simdjson::dom::object object;
  if (value.get(object) == simdjson::SUCCESS) object_ = object;
}

std::optional<simdjson::dom::element> Members::Find(std::string_view key) const {
  std::optional<simdjson::dom::element> found;
  if (!object_) return found;
  for (const auto member : *object_) {
    if (member.key == key) found = member.value;
  }
  return found;
}

std::optional<Instant> Members::Time(std::string_view key) const {
  const auto time = ParseRfc3339(Text(key));
  return time ? std::optional<Instant>(InstantOf(*time)) : std::nullopt;
}

}  // namespace eventer::tmpl
