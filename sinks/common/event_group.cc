#include "common/event_group.h"

#include <algorithm>
#include <string_view>

#include "common/workload.h"
#include "eventer/text.h"
#include "eventer/time_format.h"

namespace eventer {
namespace {

constexpr std::size_t kShownObjects = 3;
constexpr std::size_t kMaxTextBytes = 300;

std::string Plural(std::int64_t number, const char* unit) {
  return std::to_string(number) + " " + unit;
}

}  // namespace

std::string SpanInWords(Duration span) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(span).count();
  const auto minutes = std::chrono::round<std::chrono::minutes>(span).count();
  if (seconds < 60) return Plural(seconds, "s");
  if (minutes < 120) return Plural(minutes, "min");
  if (minutes < 48 * 60) return Plural(minutes / 60, "h ") + Plural(minutes % 60, "min");
  return Plural(minutes / (24 * 60), "days");
}

std::string TimeBeside(WallTime time, WallTime beside, const TimeZone& zone) {
  constexpr std::size_t kDate = 11;  // "2006-01-02 "
  std::string text = FormatDateTime(time, zone);
  if (FormatDateTime(beside, zone).compare(0, kDate, text, 0, kDate) == 0) text.erase(0, kDate);
  return text;
}

std::optional<WallTime> BegunAt(const Event& event) {
  const bool known = event.first_seen > WallTime() && event.first_seen < event.last_seen;
  return known ? std::optional(event.first_seen) : std::nullopt;
}

std::uint64_t StableHash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

GroupKey GroupKeyOf(const Event& event) {
  const ObjectReference& object = event.involved_object;
  return {event.ObjectNamespace(), object.kind, WorkloadName(object.kind, object.name),
          event.reason};
}

std::string SubjectOf(const GroupKey& key, bool warning) {
  return (key.ns.empty() ? "" : key.ns + "/") + OneLine(key.workload, 253) + " (" + key.kind +
         (warning ? ", Warning)" : ")");
}

void EventGroup::Add(const Event& event) {
  warning |= event.type == "Warning";
  first = events == 0 ? event.last_seen : std::min(first, event.last_seen);
  last = events == 0 ? event.last_seen : std::max(last, event.last_seen);
  ++events;
  const std::string& name = event.involved_object.name;
  if (names.size() < most && names.insert(StableHash(name)).second &&
      objects.size() < kShownObjects) {
    objects.push_back(name);
  }
  const std::uint64_t uid = StableHash(event.uid.empty() ? event.VersionId() : event.uid);
  if (counts.size() >= most && !counts.contains(uid)) {
    ++times;
    return;
  }
  std::int64_t& count = counts[uid];
  times += std::max<std::int64_t>(event.count - count, 0);
  count = std::max(count, event.count);
}

void EventGroup::SetText(const Event& newest) { text = OneLine(newest.message, kMaxTextBytes); }

void EventGroup::Told() {
  events = 0;
  times = 0;
  objects.clear();
  names.clear();
}

std::string EventGroup::SpanText(const TimeZone& zone) const {
  const std::string from = FormatDateTime(first, zone);
  if (from == FormatDateTime(last, zone)) return "at " + from;
  return "from " + from + " to " + TimeBeside(last, first, zone);
}

std::string EventGroup::ObjectsText() const {
  std::string list;
  for (const std::string& name : objects) {
    list += (list.empty() ? "" : ", ") + OneLine(name, 253);
  }
  if (names.size() <= objects.size()) return list;
  const bool full = names.size() >= most;
  return list + " and " + (full ? "at least " : "") +
         std::to_string(names.size() - objects.size()) + " more";
}

}  // namespace eventer
