#include "app/source_builder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "kube/kubernetes_source.h"

namespace eventer {

std::size_t CountWatches(SinkUri& source) {
  return std::max<std::size_t>(1, ReadNamespaces(source).size());
}

std::shared_ptr<KubeApi> BuildKubeApi(Clock& clock, Options& options,
                                      const HttpClientFactory& http) {
  std::shared_ptr<KubeApi> api = NewKubeApi(clock, options.source, http);
  for (std::string& warning : options.source.warnings()) {
    options.warnings.push_back(std::move(warning));
  }
  return api;
}

std::unique_ptr<EventSource> BuildSource(Clock& clock, Stats& stats, Options& options,
                                         std::shared_ptr<KubeApi> api, StoredPosition stored) {
  KubernetesSourceOptions source;
  source.namespaces = ReadNamespaces(options.source);
  source.api = std::move(api);
  source.stored = std::move(stored);
  source.since = options.since;
  source.relist_bytes = options.buffer_bytes / 4;
  source.count_events = options.event_metrics;
  return NewKubernetesSource(clock, stats, source);
}

}  // namespace eventer
