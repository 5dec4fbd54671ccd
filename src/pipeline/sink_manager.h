// Owns the sinks' workers: starts them, knows which are stalled, ends them.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event_filter.h"
#include "eventer/event_sink.h"
#include "pipeline/event_log.h"

namespace eventer {

class SinkWorker;

// One configured sink, as the main thread built it.
struct ConfiguredSink {
  std::string name;  // unique: name=, else kind and host; no secret
  std::unique_ptr<EventSink> sink;
  EventFilter filter;
};

class SinkManager {
 public:
  // Opens a reader of the log for each sink and starts its worker thread.
  SinkManager(Clock& clock, Stats& stats, EventLog& log, std::vector<ConfiguredSink> sinks);
  ~SinkManager();  // stops at once

  // The stalled readers, given since when the log has been full. Called by the Housekeeper.
  std::set<ReaderId> Stalled(SteadyTime full_since);

  // Ends every back-off for one last attempt each, lets workers deliver what waits until
  // `deadline`, then requests stop and joins. Nothing must be appended any more.
  void Shutdown(SteadyTime deadline);

 private:
  Clock& clock_;
  Stats& stats_;
  EventLog& log_;
  std::vector<std::unique_ptr<SinkWorker>> workers_;
};

}  // namespace eventer
