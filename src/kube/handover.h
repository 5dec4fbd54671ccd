// From one watch to the receiver, and how far that got.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event_source.h"

namespace eventer {

// One per watch. Not thread-safe: the watch's thread uses it, and while that is inside a stream
// the client's thread that hands on the lines.
class Handover {
 public:
  // How long a stream is held when there is no room, before it is closed: the API server would
  // buffer for it without bound.
  static constexpr Duration kPatience = std::chrono::seconds(30);

  // Where a watch begins.
  struct Start {
    std::string position;           // empty: nowhere yet
    std::optional<WallTime> as_of;  // of that position
  };

  // `watch` as of SourceEntry.
  Handover(Clock& clock, Stats& stats, Pulse& pulse, std::string watch, Start start,
           bool count_events);

  // Before anything is offered. `receive` lives until the end of the watch.
  void Begin(const EventReceiver& receive, std::stop_token stop);

  // Counts the event, if there is one, and offers it for kPatience. An empty `version` leaves the
  // position where it is. `as_of` as of SourceEntry, for an entry without an event; that of an
  // event is when it happened. False: there was no room, and the entry is kept (held()), or stop.
  bool Offer(EventPtr event, std::string version, std::optional<WallTime> as_of = {});
  // There is an entry that was not taken yet. It must be taken before the next is offered.
  bool held() const { return kept_.has_value(); }
  // Offers the kept entry until it is taken (true) or stop.
  bool OfferKept();
  // Both: blocks until the entry is taken (true) or stop.
  bool OfferFully(EventPtr event, std::string version, std::optional<WallTime> as_of = {});

  // The version of the last entry that was taken.
  const std::string& position() const { return position_; }
  // Of the last entry that was taken and had one. nullopt: unknown.
  std::optional<WallTime> as_of() const { return as_of_; }

 private:
  bool Try();

  Clock& clock_;
  Stats& stats_;
  Pulse& pulse_;
  const std::string watch_;
  const bool count_events_;
  const EventReceiver* receive_ = nullptr;
  std::stop_token stop_;
  std::optional<SourceEntry> kept_;
  std::string position_;
  std::optional<WallTime> as_of_;
};

}  // namespace eventer
