#include "kube/kube_api.h"

#include <spdlog/spdlog.h>

#include <functional>
#include <utility>

#include "eventer/percent.h"
#include "kube/credentials.h"
#include "kube/kube_config.h"
#include "kube/kube_connections.h"

namespace eventer {
namespace {

constexpr auto kListTimeout = std::chrono::seconds(60);
constexpr auto kGetTimeout = std::chrono::seconds(10);

std::string EventsPath(std::string_view ns) {
  if (ns.empty()) return "/api/v1/events";
  return "/api/v1/namespaces/" + PercentEncode(ns) + "/events";
}

class HttpKubeApi final : public KubeApi {
 public:
  HttpKubeApi(Clock& clock, KubeConfig config, const HttpClientFactory& http)
      : clock_(clock),
        server_(config.server),
        impersonation_(config.impersonation),
        credentials_(NewCredentials(clock, config)),
        connections_(clock, std::move(config), http, credentials_->Get({})) {}

  HttpResponse ListEvents(const ListQuery& query, std::stop_token stop) override {
    std::string target = EventsPath(query.ns) + "?limit=" + std::to_string(query.limit);
    if (!query.continue_token.empty()) target += "&continue=" + PercentEncode(query.continue_token);
    return Send(target, kListTimeout, stop);
  }

  HttpResponse WatchEvents(const WatchQuery& query, std::stop_token stop,
                           const StreamHandler& handler) override {
    const std::string target =
        EventsPath(query.ns) +
        "?allowWatchBookmarks=true&resourceVersion=" + PercentEncode(query.resource_version) +
        "&timeoutSeconds=" + std::to_string(query.timeout_seconds) + "&watch=true";
    return Authorized(Request(target, query.idle_timeout), stop,
                      [&](HttpClient& client, const HttpRequest& request) {
                        return client.Stream(request, stop, handler);
                      });
  }

  HttpResponse GetConfigMap(std::string_view ns, std::string_view name,
                            std::stop_token stop) override {
    return Send("/api/v1/namespaces/" + PercentEncode(ns) + "/configmaps/" + PercentEncode(name),
                kGetTimeout, stop);
  }

 private:
  using Call = std::function<HttpResponse(HttpClient&, const HttpRequest&)>;

  HttpRequest Request(const std::string& target, Duration timeout) const {
    HttpRequest request;
    request.url = server_ + target;
    request.headers = {{"Accept", "application/json"}};
    request.headers.insert(request.headers.end(), impersonation_.begin(), impersonation_.end());
    request.timeout = timeout;
    return request;
  }

  HttpResponse Send(const std::string& target, Duration timeout, std::stop_token stop) {
    return Authorized(
        Request(target, timeout), stop,
        [&](HttpClient& client, const HttpRequest& request) { return client.Send(request, stop); });
  }

  HttpResponse Authorized(const HttpRequest& request, std::stop_token stop, const Call& call) {
    const Credential credential = credentials_->Get(stop);
    const SteadyTime began = clock_.Steady();
    HttpResponse response = Attempt(request, credential, call);
    if (response.status != 401 || stop.stop_requested()) return response;
    credentials_->Refused(credential, began);
    const Credential renewed = credentials_->Get(stop);
    const bool other = renewed.error.empty() && (renewed.headers != credential.headers ||
                                                 renewed.cert_pem != credential.cert_pem);
    return other ? Attempt(request, renewed, call) : response;
  }

  HttpResponse Attempt(HttpRequest request, const Credential& credential, const Call& call) {
    if (!credential.error.empty()) {
      HttpResponse response;
      response.error = HttpError::kConnect;
      response.error_text = credential.error;
      return response;
    }
    request.headers.insert(request.headers.end(), credential.headers.begin(),
                           credential.headers.end());
    HttpResponse response = call(*connections_.Client(credential), request);
    if (response.error == HttpError::kTls) connections_.HandshakeFailed();
    return response;
  }

  Clock& clock_;
  const std::string server_;
  const HttpHeaders impersonation_;
  const std::unique_ptr<Credentials> credentials_;
  KubeConnections connections_;
};

}  // namespace

std::shared_ptr<KubeApi> NewKubeApi(Clock& clock, SinkUri& source_uri,
                                    const HttpClientFactory& http) {
  KubeConfig config = ReadKubeConfig(source_uri, KubeEnvironment::Real());
  for (const std::string& warning : config.warnings) {
    spdlog::warn("{}: {}", source_uri.Name(), warning);
  }
  spdlog::info("{}: the API server is {}", source_uri.Name(), config.ServerToShow());
  return NewKubeApi(clock, std::move(config), http);
}

std::shared_ptr<KubeApi> NewKubeApi(Clock& clock, KubeConfig config,
                                    const HttpClientFactory& http) {
  return std::make_shared<HttpKubeApi>(clock, std::move(config), http);
}

}  // namespace eventer
