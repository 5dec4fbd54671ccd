#include "common/event_digest.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "common/http_verdict.h"
#include "common/workload.h"
#include "eventer/time_format.h"

namespace eventer {
namespace {

constexpr std::size_t kMaxMessageBytes = 300;

using GroupKey = std::tuple<std::string, std::string, std::string, std::string>;

struct Group {
  GroupKey key;                     // namespace, kind, workload, reason
  std::vector<std::size_t> events;  // in order
  bool warning = false;
};

const std::string& NamespaceOf(const Event& event) {
  return event.involved_object.ns.empty() ? event.ns : event.involved_object.ns;
}

GroupKey KeyOf(const Event& event) {
  const ObjectReference& object = event.involved_object;
  return {NamespaceOf(event), object.kind, WorkloadName(object.kind, object.name), event.reason};
}

std::vector<Group> GroupsOf(std::span<const EventPtr> events) {
  std::map<GroupKey, std::size_t> places;
  std::vector<Group> groups;
  for (std::size_t i = 0; i < events.size(); ++i) {
    GroupKey key = KeyOf(*events[i]);
    const auto [place, fresh] = places.try_emplace(key, groups.size());
    if (fresh) groups.push_back({std::move(key), {}, false});
    Group& group = groups[place->second];
    group.events.push_back(i);
    group.warning |= events[i]->type == "Warning";
  }
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    if (a.warning != b.warning) return a.warning;
    return a.events.size() > b.events.size();
  });
  return groups;
}

// "from 10:02:01 to 10:03:04", with dates if they differ.
std::string SpanOf(const Group& group, std::span<const EventPtr> events) {
  WallTime first = events[group.events.front()]->last_seen, last = first;
  for (const std::size_t i : group.events) {
    first = std::min(first, events[i]->last_seen);
    last = std::max(last, events[i]->last_seen);
  }
  const std::string from = FormatDateTime(first), to = FormatDateTime(last);
  constexpr std::size_t kDate = 11;  // "2006-01-02 "
  if (from == to) return "at " + from;
  const bool same_day = from.compare(0, kDate, to, 0, kDate) == 0;
  return "from " + from + " to " + (same_day ? to.substr(kDate) : to);
}

std::string LineOf(const Group& group, std::span<const EventPtr> events) {
  const auto& [ns, kind, workload, reason] = group.key;
  const Event& newest = *events[group.events.back()];
  return std::to_string(group.events.size()) + " × " + OneLine(reason, 100) + " · " +
         (ns.empty() ? "" : ns + "/") + OneLine(workload, 253) + " (" + kind +
         (group.warning ? ", Warning" : "") + ") " + SpanOf(group, events) + ": " +
         OneLine(newest.message, kMaxMessageBytes);
}

}  // namespace

std::vector<DigestPage> ComposeDigest(std::span<const EventPtr> events, std::size_t max_bytes) {
  const std::vector<Group> groups = GroupsOf(events);
  const std::string total = "In all " + std::to_string(events.size()) + " events in " +
                            std::to_string(groups.size()) + " groups.";
  std::vector<DigestPage> pages(1);
  std::size_t used = 0;
  const auto add = [&](const std::string& text) {
    constexpr std::size_t kMark = 3;  // "…"
    std::string line = OneLine(text, max_bytes - kMark - 1);
    if (used > 0 && used + line.size() + 1 > max_bytes) {
      pages.emplace_back();
      used = 0;
    }
    used += line.size() + 1;
    pages.back().lines.push_back(std::move(line));
  };
  for (const Group& group : groups) {
    add(LineOf(group, events));
    std::vector<std::size_t>& told = pages.back().events;
    told.insert(told.end(), group.events.begin(), group.events.end());
  }
  add(total);
  return pages;
}

}  // namespace eventer
