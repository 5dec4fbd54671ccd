// What goes between a sink's worker and its judge (attempt_judge.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "eventer/clock.h"
#include "eventer/event_sink.h"
#include "pipeline/event_log.h"

namespace eventer {

// What the worker does now.
struct Plan {
  bool attempt = false;  // call the sink with `batch`, which may be empty
  std::vector<LogEntry> batch;
  SteadyTime wait_until{};  // else: nothing to do before then
  bool paused = false;      // else: not even for new events
};

struct Rejection {
  LogEntry entry;
  Cause cause;
  std::string detail;
};

struct AttemptFailure {
  Cause cause = Cause::kNone;
  std::string detail;
  bool misconfigured = false;
};

struct Verdict {
  LogProgress progress;                   // to be committed, even if nothing is settled
  std::size_t delivered = 0;              // that the sink said of this batch
  std::vector<Rejection> rejected;        // to be told before the commit
  std::optional<AttemptFailure> failure;  // the first event that must be tried again
};

}  // namespace eventer
