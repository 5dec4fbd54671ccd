#include "pipeline/stall_detector.h"

#include <algorithm>

namespace eventer {

std::set<ReaderId> StallDetector::Stalled(std::span<const SinkPace> sinks, SteadyTime full_since,
                                          SteadyTime now) {
  std::set<ReaderId> stalled;
  for (const SinkPace& sink : sinks) {
    if (StandsStill(sink, now) || StaysStalled(sink)) stalled.insert(sink.reader);
  }
  const bool somebody_idle = std::any_of(
      sinks.begin(), sinks.end(), [](const SinkPace& sink) { return sink.state.waiting == 0; });
  if (somebody_idle && now - full_since >= kPatienceWithSlow) {
    const auto furthest_behind = std::max_element(sinks.begin(), sinks.end(),
                                                  [](const SinkPace& left, const SinkPace& right) {
                                                    return left.state.backlog < right.state.backlog;
                                                  });
    if (furthest_behind->state.waiting > 0) stalled.insert(furthest_behind->reader);
  }
  stalled_ = stalled;
  return stalled;
}

bool StallDetector::StandsStill(const SinkPace& sink, SteadyTime now) const {
  const SteadyTime since = std::max(sink.state.still_since, sink.budget_until);
  return sink.state.waiting > 0 && now - since >= kStandstill;
}

bool StallDetector::StaysStalled(const SinkPace& sink) const {
  return stalled_.contains(sink.reader) && 2 * sink.state.backlog >= log_bytes_;
}

}  // namespace eventer
