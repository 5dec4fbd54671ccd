// From the value of --source to a source.
#pragma once

#include <memory>

#include "app/options.h"
#include "core/stats.h"
#include "eventer/event_source.h"
#include "eventer/http_client.h"
#include "eventer/position.h"
#include "kube/kube_api.h"

namespace eventer {

// How many watches the source will hold: one for each namespace of its option `namespaces`, one
// over all without it. Marks the option as read.
std::size_t CountWatches(SinkUri& source);

// The API server of --source, for the source and for ConfigMaps. After CountWatches. Throws
// ConfigError; appends to options.warnings.
std::shared_ptr<KubeApi> BuildKubeApi(Clock& clock, Options& options,
                                      const HttpClientFactory& http);

// `stored`: what an earlier run has appended.
std::unique_ptr<EventSource> BuildSource(Clock& clock, Stats& stats, Options& options,
                                         std::shared_ptr<KubeApi> api, StoredPosition stored);

}  // namespace eventer
