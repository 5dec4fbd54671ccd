// For receivers that take one event at a time and know no ids.
#pragma once

#include <utility>

#include "eventer/event_sink.h"

namespace eventer {

// `one` of each event of `batch` until one is to be tried again: the rest is too, so that order
// holds. `one(event)` returns an EventOutcome.
template <typename One>
std::vector<EventOutcome> OneByOne(const EventBatch& batch, One&& one) {
  std::vector<EventOutcome> outcomes;
  for (const EventPtr& event : batch.events) {
    const bool held_up = !outcomes.empty() && (outcomes.back().outcome == Outcome::kRetry ||
                                               outcomes.back().outcome == Outcome::kMisconfigured);
    outcomes.push_back(held_up ? EventOutcome(outcomes.back()) : one(*event));
  }
  return outcomes;
}

}  // namespace eventer
