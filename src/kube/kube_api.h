// The calls to a Kubernetes API server that this program makes.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "eventer/http_client.h"
#include "eventer/sink_uri.h"

namespace eventer {

// Thread-safe. Adds credentials to each request and renews them after a 401; a changed client
// certificate or CA file gives new connections.
class KubeApi {
 public:
  virtual ~KubeApi() = default;

  struct ListQuery {
    std::string ns;              // empty: all namespaces
    int limit = 500;
    std::string continue_token;
  };
  virtual HttpResponse ListEvents(const ListQuery& query, std::stop_token stop) = 0;

  struct WatchQuery {
    std::string ns;
    std::string resource_version;
    int timeout_seconds = 60;    // the server ends the stream then
    Duration idle_timeout{};     // the client gives up after that much silence
  };
  virtual HttpResponse WatchEvents(const WatchQuery& query, std::stop_token stop,
                                   const StreamHandler& handler) = 0;

  // The ConfigMap's JSON as body of a 200.
  virtual HttpResponse GetConfigMap(std::string_view ns, std::string_view name,
                                    std::stop_token stop) = 0;
};

// From --source=kubernetes:... Reads every option of the original; throws ConfigError for wrong
// options, an unusable kubeconfig, certificate or exec plug-in. Talks to no API server.
std::shared_ptr<KubeApi> NewKubeApi(Clock& clock, SinkUri& source_uri,
                                    const HttpClientFactory& http);

}  // namespace eventer
