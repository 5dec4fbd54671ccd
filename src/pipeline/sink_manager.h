// Owns the sinks' workers: starts them, knows which are stalled, ends them.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event_filter.h"
#include "eventer/event_sink.h"
#include "pipeline/dead_letters.h"
#include "pipeline/event_log.h"
#include "pipeline/stall_detector.h"

namespace eventer {

class SinkWorker;

// One configured sink, as the main thread built it.
struct ConfiguredSink {
  std::string name;  // unique: name=, else kind and host; no secret
  std::unique_ptr<EventSink> sink;
  EventFilter filter;
  std::unique_ptr<DeadLetterFile> dead_letters = nullptr;  // null: there is no --data-dir
};

class SinkManager {
 public:
  // How long a sink may take to heed a stop. One that does not cannot be joined.
  static constexpr Duration kStopPatience = std::chrono::seconds(2);

  // Adds each sink to stats.sinks and opens its reader of the log. Nothing is sent before Start.
  SinkManager(Clock& clock, Stats& stats, EventLog& log, std::vector<ConfiguredSink> sinks);
  ~SinkManager();  // requests stop and joins: blocks as long as a sink does not heed it

  // Starts the workers' threads. Once, when nothing can fail any more.
  void Start();

  // The stalled readers, given since when the log has been full (now, if it is not). Called by
  // the Housekeeper; sets SinkStats::stalled.
  std::set<ReaderId> Stalled(SteadyTime full_since);

  // Ends every back-off for one last attempt each, lets workers deliver what waits until
  // `deadline`, then requests stop and waits for them, kStopPatience at most. Nothing must be
  // appended any more. Returns how many sinks are still inside an attempt: if any, the destructor
  // would block, so the program is to end with _exit. What is left is in SinkStats::pending.
  std::size_t Shutdown(SteadyTime deadline);

 private:
  Clock& clock_;
  StallDetector stalls_;
  std::vector<std::unique_ptr<SinkWorker>> workers_;
};

}  // namespace eventer
