// The Housekeep loop: buffer to log at each tick of --frequency, and at once when the buffer is
// half full.
#pragma once

#include <deque>
#include <functional>
#include <set>
#include <stop_token>
#include <vector>

#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event_source.h"
#include "pipeline/event_buffer.h"
#include "pipeline/event_log.h"

namespace eventer {

class Housekeeper {
 public:
  // Who is stalled, given since when the log has been full (SinkManager::Stalled).
  using StalledReaders = std::function<std::set<ReaderId>(SteadyTime full_since)>;

  Housekeeper(Clock& clock, Stats& stats, EventBuffer& buffer, EventLog& log,
              StalledReaders stalled, Duration frequency);

  // The thread's body; returns when stop is requested.
  void Run(std::stop_token stop);

  // After Run has returned and the source has ended: appends what fits without waiting. Returns
  // how many events were not received; their position was not stored.
  std::size_t DrainAtShutdown();

 private:
  Clock& clock_;
  Stats& stats_;
  EventBuffer& buffer_;
  EventLog& log_;
  StalledReaders stalled_;
  Duration frequency_;
  std::vector<SourceEntry> waiting_;  // drained, not appended: the log is full
};

}  // namespace eventer
