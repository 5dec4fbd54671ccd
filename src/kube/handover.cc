#include "kube/handover.h"

#include <algorithm>
#include <utility>

namespace eventer {

Handover::Handover(Clock& clock, Stats& stats, Pulse& pulse, std::string watch, Start start,
                   bool count_events)
    : clock_(clock),
      stats_(stats),
      pulse_(pulse),
      watch_(std::move(watch)),
      count_events_(count_events),
      position_(std::move(start.position)),
      as_of_(start.as_of) {}

void Handover::Begin(const EventReceiver& receive, std::stop_token stop) {
  receive_ = &receive;
  stop_ = std::move(stop);
}

bool Handover::Offer(EventPtr event, std::string version, std::optional<WallTime> as_of) {
  if (event && count_events_) stats_.events.Count(*event);
  // A producer's clock may be ahead.
  if (event) as_of = std::min(event->last_seen, clock_.Wall());
  if (version.empty()) version = position_;
  kept_ = SourceEntry{std::move(event), watch_, std::move(version), as_of};
  return Try();
}

bool Handover::Try() {
  // The entry is moved from when it is taken: what is needed afterwards is noted before.
  std::string version = kept_->resource_version;
  const std::optional<WallTime> as_of = kept_->as_of;
  pulse_.Expect(clock_.Steady() + kPatience);
  if (!(*receive_)(*kept_, kPatience, stop_)) return false;
  kept_.reset();
  position_ = std::move(version);
  if (as_of) as_of_ = as_of;
  return true;
}

bool Handover::OfferKept() {
  while (!stop_.stop_requested()) {
    if (Try()) return true;
  }
  return false;
}

bool Handover::OfferFully(EventPtr event, std::string version, std::optional<WallTime> as_of) {
  return Offer(std::move(event), std::move(version), as_of) || OfferKept();
}

}  // namespace eventer
