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
  StoredPosition stored;                // nothing: begin at the present; lost: with all there is
  std::optional<Duration> since;        // --since; what is stored, or was lost, beats it
  std::size_t relist_bytes = 16 << 20;  // what relists keep at once, all watches together: a
                                        // quarter of --buffer-bytes
  bool count_events = true;             // --event-metrics
};

// The option `namespaces` (namespaces=a,b), each once; empty: all. Throws ConfigError.
std::vector<std::string> ReadNamespaces(SinkUri& source_uri);

// One watch per namespace, on threads of its own that live inside Run; fills stats.watch_pulses.
// A watch without a stored position beside others that have one begins at the lowest of them. A
// stored position without its time: if versions went backwards meanwhile, all there is comes again.
// Versions that go backwards are handed on as they are: the position follows the API server's
// history, and whoever stores it must not insist that it grows.
std::unique_ptr<EventSource> NewKubernetesSource(Clock& clock, Stats& stats,
                                                 const KubernetesSourceOptions& options);

}  // namespace eventer
