// The calls to a Kubernetes API server that this program makes.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "eventer/http_client.h"
#include "eventer/sink_uri.h"

namespace eventer {

struct KubeConfig;

// Thread-safe. Adds credentials to each request; after a 401 they are renewed and the request is
// sent once more if that gave other ones. A changed client certificate or CA file gives new
// connections. No credentials at hand: HttpError::kConnect, and error_text says why.
class KubeApi {
 public:
  virtual ~KubeApi() = default;

  struct ListQuery {
    std::string ns = {};  // empty: all namespaces
    int limit = 500;
    std::string continue_token = {};
  };
  // At most 60 s, which is the server's own limit for a list.
  virtual HttpResponse ListEvents(const ListQuery& query, std::stop_token stop) = 0;

  struct WatchQuery {
    std::string ns;
    std::string resource_version;
    int timeout_seconds = 60;  // the server ends the stream then
    Duration idle_timeout{};   // the client gives up after that much silence
  };
  virtual HttpResponse WatchEvents(const WatchQuery& query, std::stop_token stop,
                                   const StreamHandler& handler) = 0;

  // The ConfigMap's JSON as body of a 200.
  virtual HttpResponse GetConfigMap(std::string_view ns, std::string_view name,
                                    std::stop_token stop) = 0;
};

// From --source=kubernetes:... Reads every option of the source but `namespaces`, which is to be
// read before (kubernetes_source.h); logs what it warns of. Throws ConfigError for wrong options,
// an unusable kubeconfig or certificate, an unreadable token file, an exec plug-in that fails.
// Talks to no API server.
std::shared_ptr<KubeApi> NewKubeApi(Clock& clock, SinkUri& source_uri,
                                    const HttpClientFactory& http);

// The same from a configuration that was read (kube_config.h).
std::shared_ptr<KubeApi> NewKubeApi(Clock& clock, KubeConfig config, const HttpClientFactory& http);

}  // namespace eventer
