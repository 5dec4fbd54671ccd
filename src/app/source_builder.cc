#include "app/source_builder.h"

#include <algorithm>

#include "kube/kube_api.h"
#include "kube/kubernetes_source.h"

namespace eventer {

std::size_t CountWatches(SinkUri& source) {
  return std::max<std::size_t>(1, ReadNamespaces(source).size());
}

std::unique_ptr<EventSource> BuildSource(Clock& clock, Stats& stats, Options& options,
                                         const HttpClientFactory& http) {
  KubernetesSourceOptions source;
  source.namespaces = ReadNamespaces(options.source);
  source.api = NewKubeApi(clock, options.source, http);
  source.since = options.since;
  source.relist_bytes = options.buffer_bytes / 4;
  source.count_events = options.event_metrics;
  const auto& warnings = options.source.warnings();
  options.warnings.insert(options.warnings.end(), warnings.begin(), warnings.end());
  return NewKubernetesSource(clock, stats, source);
}

}  // namespace eventer
