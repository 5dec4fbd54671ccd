// Where events come from.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "eventer/clock.h"
#include "eventer/event.h"

namespace eventer {

// What a watch read, in its order. DELETED frames and ends of lists have no event; their version
// moves the position all the same.
struct SourceEntry {
  EventPtr event;                // may be null
  std::string watch;             // "" = all namespaces, else the namespace
  std::string resource_version;  // where a watch may go on once this entry was appended
  // Whatever happened before then was read before, but for clocks that differ. nullopt: all that
  // is known is what the entry before said.
  std::optional<WallTime> as_of = {};
};

// Takes `entry` as soon as there is room: true, and the entry is moved from. Returns false, with
// the entry untouched, if there was none until `patience` was over or `stop` was requested.
// Called from any thread; entries of one watch come from one thread at a time.
using EventReceiver =
    std::function<bool(SourceEntry& entry, Duration patience, std::stop_token stop)>;

class EventSource {
 public:
  virtual ~EventSource() = default;
  // Reads events for ever and hands them on; returns only when `stop` is requested, and then
  // within a second. Does not throw: whatever goes wrong outside is waited for.
  virtual void Run(std::stop_token stop, const EventReceiver& receive) = 0;
};

}  // namespace eventer
