// An Event as the Go value that templates see: a *v1.Event.
#pragma once

#include <memory>

#include "core/template/arena.h"
#include "core/template/value.h"
#include "eventer/event.h"

namespace eventer::tmpl {

// Of one rendering. What Event itself holds is taken from there; only a template that asks for more
// (labels, series, …) makes it read the event's JSON text. LastTimestamp, FirstTimestamp and Count
// are Event's last_seen, first_seen and count.
class EventData {
 public:
  // Both outlive it.
  EventData(const Event& event, Arena& arena);
  ~EventData();

  Value root() const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace eventer::tmpl
