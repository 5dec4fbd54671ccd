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

  // uid-resourceVersion: the same for the same version of an event, wherever it is sent.
  std::string VersionId() const;
  // The object's namespace, or the event's if the object has none: what filters and people mean.
  const std::string& ObjectNamespace() const;

  // Bytes that this event occupies: the object and the capacities of its strings. What
  // bounds in bytes count, but for those of the event log.
  std::size_t Footprint() const;
};

using EventPtr = std::shared_ptr<const Event>;

// What one attempt hands to a sink: events in the watch's order, and when they were taken.
struct EventBatch {
  WallTime timestamp{};
  std::vector<EventPtr> events;
};

}  // namespace eventer
