#include "core/event_fields.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "eventer/time_format.h"

namespace eventer {
namespace {

using simdjson::dom::element;

void TakeCount(element value, std::int64_t* to) {
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS && number > 0) *to = number;
}

void TakeTime(element value, std::optional<WallTime>* to) {
  // Go writes an unset time as null or, as a string, as the first second of the year 1.
  constexpr WallTime kGoZero = std::chrono::sys_days(std::chrono::January / 1 / 1);
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return;
  std::optional<WallTime> time = ParseRfc3339(text);
  if (time && *time != kGoZero) *to = time;
}

class FieldReader {
 public:
  explicit FieldReader(Event* event) : event_(*event) {}

  void Read(simdjson::dom::object object) {
    for (simdjson::dom::key_value_pair member : object) Member(member.key, member.value);
    event_.first_seen = FirstSet({first_, event_time_, created_});
    event_.last_seen = FirstSet({last_observed_, last_, event_time_, first_, created_});
    event_.count = series_count_ > 0 ? series_count_ : std::max<std::int64_t>(count_, 1);
  }

 private:
  static WallTime FirstSet(std::initializer_list<std::optional<WallTime>> times) {
    const auto* found = std::ranges::find_if(times, [](const auto& t) { return t.has_value(); });
    return found == times.end() ? WallTime{} : **found;
  }

  void Member(std::string_view key, element value) {
    if (key == "metadata") return Metadata(value);
    if (key == "involvedObject") return InvolvedObject(value);
    if (key == "reason") return TakeString(value, &event_.reason);
    if (key == "message") return TakeString(value, &event_.message);
    if (key == "source") return Source(value);
    if (key == "firstTimestamp") return TakeTime(value, &first_);
    if (key == "lastTimestamp") return TakeTime(value, &last_);
    if (key == "count") return TakeCount(value, &count_);
    if (key == "type") return TakeString(value, &event_.type);
    if (key == "eventTime") return TakeTime(value, &event_time_);
    if (key == "series") return Series(value);
  }

  void Metadata(element metadata) {
    ForEachMember(metadata, [this](std::string_view key, element value) {
      if (key == "name") return TakeString(value, &event_.name);
      if (key == "namespace") return TakeString(value, &event_.ns);
      if (key == "uid") return TakeString(value, &event_.uid);
      if (key == "resourceVersion") return TakeString(value, &event_.resource_version);
      if (key == "creationTimestamp") return TakeTime(value, &created_);
    });
  }

  void InvolvedObject(element reference) {
    ForEachMember(reference, [&to = event_.involved_object](std::string_view key, element value) {
      if (key == "kind") return TakeString(value, &to.kind);
      if (key == "namespace") return TakeString(value, &to.ns);
      if (key == "name") return TakeString(value, &to.name);
      if (key == "uid") return TakeString(value, &to.uid);
      if (key == "apiVersion") return TakeString(value, &to.api_version);
      if (key == "resourceVersion") return TakeString(value, &to.resource_version);
      if (key == "fieldPath") return TakeString(value, &to.field_path);
    });
  }

  void Source(element source) {
    ForEachMember(source, [this](std::string_view key, element value) {
      if (key == "component") return TakeString(value, &event_.source.component);
      if (key == "host") return TakeString(value, &event_.source.host);
    });
  }

  void Series(element series) {
    ForEachMember(series, [this](std::string_view key, element value) {
      if (key == "count") return TakeCount(value, &series_count_);
      if (key == "lastObservedTime") return TakeTime(value, &last_observed_);
    });
  }

  Event& event_;
  std::optional<WallTime> created_, first_, last_, event_time_, last_observed_;
  std::int64_t count_ = 0, series_count_ = 0;
};

}  // namespace

void TakeString(element value, std::string* to) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) *to = std::string(text);
}

void ReadEventFields(simdjson::dom::object object, Event* event) {
  FieldReader(event).Read(object);
}

}  // namespace eventer
