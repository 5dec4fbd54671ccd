// Which events a sink wants: `level`, `namespaces`, `kinds`, `reason`, `exclude_namespaces`,
// `exclude_kinds`, `exclude_reason`, with one meaning for every sink. It is the event log that
// asks, not the sink: on any thread and with its lock held, so an answer has to be quick.
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
