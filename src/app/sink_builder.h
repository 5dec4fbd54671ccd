// From the values of --sink to sinks.
#pragma once

#include <vector>

#include "app/options.h"
#include "eventer/sink_context.h"
#include "pipeline/sink_manager.h"

namespace eventer {

// In the order of the flags. Throws ConfigError for an unknown kind or option, or one that the sink
// refuses. Marks what was read in options.sinks; appends to options.warnings.
std::vector<ConfiguredSink> BuildSinks(Options& options, const SinkContext& context);

}  // namespace eventer
