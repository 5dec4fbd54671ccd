#include "kube/handover.h"

#include <algorithm>
#include <utility>

namespace eventer {

Handover::Handover(Clock& clock, Stats& stats, Pulse& pulse, std::string watch,
                   std::string position, bool count_events)
    : clock_(clock),
      stats_(stats),
      pulse_(pulse),
      watch_(std::move(watch)),
      count_events_(count_events),
      position_(std::move(position)) {}

void Handover::Begin(const EventReceiver& receive, std::stop_token stop) {
  receive_ = &receive;
  stop_ = std::move(stop);
}

bool Handover::Offer(EventPtr event, std::string version) {
  if (event && count_events_) stats_.events.Count(*event);
  if (version.empty()) version = position_;
  kept_ = SourceEntry{std::move(event), watch_, std::move(version)};
  return Try();
}

bool Handover::Try() {
  // The entry is moved from when it is taken: what is needed afterwards is noted before.
  std::string version = kept_->resource_version;
  std::optional<WallTime> time;
  if (kept_->event) time = kept_->event->last_seen;
  pulse_.Expect(clock_.Steady() + kPatience);
  if (!(*receive_)(*kept_, kPatience, stop_)) return false;
  kept_.reset();
  position_ = std::move(version);
  if (time) last_event_ = std::min(*time, clock_.Wall());
  return true;
}

bool Handover::OfferKept() {
  while (!stop_.stop_requested()) {
    if (Try()) return true;
  }
  return false;
}

bool Handover::OfferFully(EventPtr event, std::string version) {
  return Offer(std::move(event), std::move(version)) || OfferKept();
}

}  // namespace eventer
