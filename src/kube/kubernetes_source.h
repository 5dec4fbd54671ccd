// --source=kubernetes: watches the events of a Kubernetes API server.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event_source.h"
#include "eventer/http_client.h"
#include "eventer/position.h"
#include "eventer/sink_uri.h"

namespace eventer {

class KubeApi;

struct KubernetesSourceOptions {
  std::shared_ptr<KubeApi> api;
  std::vector<std::string> namespaces;  // one watch each; empty: one watch over all
  Position position;                    // stored; empty: begin at the present
  bool list_everything = false;         // the stored position was lost: list what is there
  std::optional<Duration> since;        // --since; a stored position beats it
  std::size_t relist_bytes = 16 << 20;  // one pass of a relist keeps at most these: a quarter of
                                        // --buffer-bytes
  bool count_events = true;             // --event-metrics
};

std::unique_ptr<EventSource> NewKubernetesSource(Clock& clock, Stats& stats,
                                                 KubernetesSourceOptions options);

}  // namespace eventer
