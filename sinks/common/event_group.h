// Events that people see as one problem.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "eventer/event.h"
#include "eventer/time_zone.h"

namespace eventer {

// "12 min"
std::string SpanInWords(Duration span);
// "10:03:04"; with its date if that is not the one of `beside`.
std::string TimeBeside(WallTime time, WallTime beside, const TimeZone& zone);
// When what an event counts began. nullopt: it counts nothing, or does not say.
std::optional<WallTime> BegunAt(const Event& event);

struct GroupKey {
  std::string ns, kind, workload, reason;  // of the object
  auto operator<=>(const GroupKey&) const = default;
};
GroupKey GroupKeyOf(const Event& event);

// "shop/web (Pod)": what a group is about, but for its reason.
std::string SubjectOf(const GroupKey& key, bool warning);

// FNV-1a: the same in every process, since a state may hold it.
std::uint64_t StableHash(std::string_view text);

// What is told of a group: counts, times, names. Its memory is bounded: of more than `most` objects
// it knows that there are more. Used by one thread.
struct EventGroup {
  explicit EventGroup(std::size_t most_objects = SIZE_MAX) : most(most_objects) {}

  void Add(const Event& event);
  void SetText(const Event& newest);  // apart from Add: only the newest's text is worth a copy
  // Forgets what was told; the counts that events had stay, so that increases are told next.
  void Told();

  // "from 2026-11-23 10:02:01 to 10:03:04"
  std::string SpanText(const TimeZone& zone) const;
  std::string ObjectsText() const;  // "web-7cd9, web-8ab2, web-9xyz and 37 more"

  std::size_t most;
  bool warning = false;
  std::uint64_t events = 0;                                // added since Told
  std::int64_t times = 0;                                  // by how much their counts rose
  WallTime first{}, last{};                                // the earliest and latest of them
  std::string text;                                        // on one line
  std::vector<std::string> objects;                        // the first three
  std::unordered_set<std::uint64_t> names;                 // hashes of all objects' names
  std::unordered_map<std::uint64_t, std::int64_t> counts;  // by a hash of the event's uid
};

}  // namespace eventer
