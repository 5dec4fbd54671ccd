// The sinks there are. sinks/sinks.def is the list; this is how it is asked.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "eventer/event_sink.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"

namespace eventer {

struct SinkKind {
  std::string_view key;            // "log", the KEY of its URI
  std::string_view default_level;  // of its filter: "" or "Warning"
  std::string_view own_options;    // separated by blanks, if all others go to its receiver
  std::string_view example;        // one URI, for --help
  std::unique_ptr<EventSink> (*make)(SinkUri& uri, const SinkContext& context);  // ConfigError

  bool passes_options_on() const { return !own_options.empty(); }
};

const std::vector<SinkKind>& AllSinkKinds();

// The kind of `uri`, or throws ConfigError naming the nearest key and all there are.
const SinkKind& FindSinkKind(const SinkUri& uri);

}  // namespace eventer
