// Which sinks stand still, so that a full log may drop what only they still want.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>

#include "eventer/clock.h"
#include "pipeline/event_log.h"

namespace eventer {

struct SinkPace {
  ReaderId reader = 0;
  ReaderState state;
  SteadyTime budget_until{};  // the sink waits for its own budget until then
};

// docs/design.md, "Stalled". No threads, no clock; remembers who was stalled.
class StallDetector {
 public:
  // Nothing was settled for so long although there was work.
  static constexpr Duration kStandstill = std::chrono::seconds(60);
  // So long may a full log wait for a sink that moves while another has nothing left to do.
  static constexpr Duration kPatienceWithSlow = std::chrono::minutes(2);

  explicit StallDetector(std::size_t log_bytes) : log_bytes_(log_bytes) {}

  // `full_since`: since when the log has been full; `now` if it is not.
  std::set<ReaderId> Stalled(std::span<const SinkPace> sinks, SteadyTime full_since,
                             SteadyTime now);

 private:
  bool StandsStill(const SinkPace& sink, SteadyTime now) const;
  bool StaysStalled(const SinkPace& sink) const;

  std::size_t log_bytes_;
  std::set<ReaderId> stalled_;
};

}  // namespace eventer
