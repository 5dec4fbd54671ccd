// From the value of --source to a source.
#pragma once

#include <memory>

#include "app/options.h"
#include "core/stats.h"
#include "eventer/event_source.h"
#include "eventer/http_client.h"

namespace eventer {

// How many watches the source will hold: one for each namespace of its option `namespaces`, one
// over all without it. Marks the option as read.
std::size_t CountWatches(SinkUri& source);

// Throws ConfigError. Appends to options.warnings.
std::unique_ptr<EventSource> BuildSource(Clock& clock, Stats& stats, Options& options,
                                         const HttpClientFactory& http);

}  // namespace eventer
