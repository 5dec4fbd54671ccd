// Which events a sink wants: `level`, `namespaces`, `kinds`, `reason`, with one meaning for every
// sink. Evaluated by the sink's worker, not by the sink.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "eventer/event.h"
#include "eventer/sink_uri.h"

namespace eventer {

// Immutable after Parse, so any thread may ask it.
class EventFilter {
 public:
  EventFilter() = default;  // wants everything
  // Reads the filter options of `uri`. `default_level` is the sink's own ("" = none, "Warning").
  // Throws ConfigError.
  static EventFilter Parse(SinkUri& uri, std::string_view default_level);

  bool Wants(const Event& event) const;

 private:
  struct Rules;
  std::shared_ptr<const Rules> rules_;
};

}  // namespace eventer
