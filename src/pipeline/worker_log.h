// What a worker says of its sink: in the log, in the sink's statistics.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/log_limiter.h"
#include "core/stats.h"
#include "eventer/clock.h"
#include "pipeline/attempt.h"

namespace eventer {

// Used by one worker's thread. Lines hold no secret: sinks keep them out of their details.
class WorkerLog {
 public:
  WorkerLog(Clock& clock, SinkStats& stats);

  // Before the commit. Unless it is `kept` (a dead letter), the whole event is written: it is
  // nowhere else afterwards.
  void Rejected(const Rejection& rejection, bool kept);
  void Attempted(std::span<const LogEntry> batch, const Verdict& verdict, Duration took);
  // After the commit. `caught_up`: nothing more can be sent now. One line tells a whole run of
  // attempts, at most one a second.
  void Committed(const Verdict& verdict, bool caught_up);
  // The end of the thread.
  void Ended();

 private:
  void TellEach(std::span<const LogEntry> batch, const Verdict& verdict) const;
  void Failed(const AttemptFailure& failure, bool in_part);
  void Delivered();
  void TellDelivered();

  Clock& clock_;
  SinkStats& stats_;
  LogLimiter failure_lines_;
  std::uint64_t delivered_ = 0, filtered_told_ = 0;  // since the last line; up to it
  SteadyTime run_since_{};
  std::optional<SteadyTime> failing_since_;
  std::uint64_t failed_attempts_ = 0;
};

}  // namespace eventer
