// One Kubernetes core/v1 Event as a sink sees it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "eventer/clock.h"

namespace eventer {

struct ObjectReference {
  std::string kind, ns, name, uid, api_version, resource_version, field_path;
};

struct EventSourceInfo {
  std::string component, host;
};

// Never changed after it was decoded, so that any number of threads may read it.
struct Event {
  std::string type;  // "Normal" or "Warning", as a rule
  std::string reason;
  std::string message;
  std::string name, ns, uid, resource_version;  // the event's own metadata
  ObjectReference involved_object;
  EventSourceInfo source;
  // firstTimestamp, eventTime, creationTimestamp: the first that is set, else the epoch.
  WallTime first_seen{};
  // series.lastObservedTime, lastTimestamp, eventTime, firstTimestamp, creationTimestamp: the
  // first that is set, else the epoch. Never "now".
  WallTime last_seen{};
  std::int64_t count = 1;  // series.count, else count, else 1
  // The object's JSON text on one line, as the API server wrote it, without
  // metadata.managedFields. Kept as text: a DOM costs six times the memory.
  std::string json;

  // Bytes that this event occupies: the object and the capacities of its strings. What every
  // bound in bytes counts.
  std::size_t Footprint() const;
};

using EventPtr = std::shared_ptr<const Event>;

// What one attempt hands to a sink: events in the watch's order, and when they were taken.
struct EventBatch {
  WallTime timestamp{};
  std::vector<EventPtr> events;
};

}  // namespace eventer
