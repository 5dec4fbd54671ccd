#include "net/cpprest_http_client.h"

#include <cpprest/http_client.h>
#include <netinet/tcp.h>
#include <pplx/threadpool.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <cstdlib>
#include <map>
#include <mutex>

#include "eventer/error.h"
#include "net/cpprest_request.h"
#include "net/exchange.h"
#include "net/proxy.h"
#include "net/tls_settings.h"
#include "net/url.h"

namespace eventer {
namespace {

using web::http::client::http_client;
using web::http::client::http_client_config;

// cpprestsdk's own idle time, far above every deadline of ours: it only ends what could not be
// cancelled (a proxy that never answers CONNECT).
constexpr std::chrono::minutes kLastResort(10);
// For a name that was known when a connection was begun: what glibc takes at most
// (InitHttpThreads), and a little more.
constexpr std::chrono::seconds kLookup(5);
// An address that was passed over to is asked about after this, for so long at most: the name may
// have lost it, and somebody else got it.
constexpr std::chrono::minutes kTrust(5);
constexpr std::chrono::seconds kRecheck(1);

// The connections to one scheme, host and port.
struct Peer {
  Peer(std::shared_ptr<TlsPeer> t, std::string a, SteadyTime trusted, const web::uri& base,
       const http_client_config& config)
      : tls(std::move(t)), address(std::move(a)), trusted_until(trusted), client(base, config) {}
  const std::shared_ptr<TlsPeer> tls;  // null for http
  const std::string address;           // of the host's; empty: those that cpprestsdk finds
  SteadyTime trusted_until;            // that `address` is the host's; under the client's mutex
  http_client client;
};

// Nothing was heard from whoever has the address that was tried. cpprestsdk tries the others only
// after one that refuses.
bool IsUnreachable(const HttpResponse& response, const Peer& peer) {
  if (response.sent || response.status != 0) return false;
  const bool refused = response.error == HttpError::kConnect && !peer.address.empty();
  return refused || response.error == HttpError::kTimeout;
}

// Whoever has the address that was passed over to does not speak as the host would.
bool MayBeAStranger(const HttpResponse& response, const Peer& peer) {
  return !peer.address.empty() && response.status == 0 &&
         (response.error == HttpError::kTls || response.error == HttpError::kBroken);
}

std::string KeyOf(const Url& url) { return url.scheme + "://" + url.authority(); }

// `brackets`: a proxy is told the host as it is written in a URL, the resolver as an address.
web::uri BaseUri(const Url& url, bool brackets) {
  web::uri_builder base;
  base.set_scheme(url.scheme);
  base.set_host(url.ipv6() && brackets ? "[" + url.host + "]" : url.host);
  base.set_port(url.port);
  return base.to_uri();
}

// `tunnel`: cpprestsdk must know the credentials; it leaks 32 bytes each time it uses them, so only
// once per connection.
web::web_proxy WebProxy(const Url& url, bool tunnel) {
  web::web_proxy proxy(BaseUri(url, false));
  const std::size_t colon = url.user_info.find(':');
  if (tunnel && !url.user_info.empty()) {
    proxy.set_credentials(web::credentials(
        url.user_info.substr(0, colon),
        colon == std::string::npos ? std::string() : url.user_info.substr(colon + 1)));
  }
  return proxy;
}

// A connection that is used again gets TCP keep-alive, so that a dead peer is noticed below the
// deadline of a watch; a new one has no socket yet when cpprestsdk shows it.
void KeepAlive(web::http::client::native_handle handle, bool secure) {
  using boost::asio::ip::tcp;
  auto* plain = static_cast<tcp::socket*>(handle);
  auto* stream = static_cast<boost::asio::ssl::stream<tcp::socket&>*>(handle);
  tcp::socket& socket = secure ? stream->next_layer() : *plain;
  if (!socket.is_open()) return;
  const int on = 1, idle_s = 15, interval_s = 15, probes = 3;  // dead after a minute
  const int fd = socket.native_handle();
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
}

bool IsInjection(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

HttpResponse NotSent(HttpError error, std::string text) {
  HttpResponse response;
  response.error = error;
  response.error_text = std::move(text);
  return response;
}

ProxyRules MakeProxyRules(const HttpClientOptions& options) {
  if (options.proxy) return ProxyRules::Fixed(*options.proxy);
  return ProxyRules::FromEnvironment([](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value ? value : "";
  });
}

class CpprestHttpClient final : public HttpClient {
 public:
  CpprestHttpClient(Clock& clock, const HttpClientOptions& options, NameLookup lookup)
      : clock_(clock),
        lookup_(std::move(lookup)),
        user_agent_(options.user_agent.empty() ? "kube-eventer" : options.user_agent),
        server_name_(options.server_name),
        insecure_(options.insecure),
        tls_(std::make_shared<TlsSettings>(options)),
        proxies_(MakeProxyRules(options)) {}

  HttpResponse Send(const HttpRequest& request, std::stop_token stop) override {
    return Run(request, stop, nullptr);
  }

  HttpResponse Stream(const HttpRequest& request, std::stop_token stop,
                      const StreamHandler& handler) override {
    return Run(request, stop, &handler);
  }

 private:
  HttpResponse Run(const HttpRequest& request, std::stop_token stop, const StreamHandler* lines);
  HttpResponse RunTwice(Peer& peer, const HttpRequest& request, const Url& url, SteadyTime start,
                        std::stop_token stop, const StreamHandler* lines);
  HttpResponse RunOnce(Peer& peer, const HttpRequest& request, const Url& url, Duration timeout,
                       std::stop_token stop, const StreamHandler* lines);
  std::shared_ptr<Peer> PeerFor(const Url& url);
  void Recheck(const std::shared_ptr<Peer>& peer, const Url& url, std::stop_token stop);
  std::shared_ptr<Peer> NewPeer(const Url& url, const std::string& address) const;
  void Forget(const Url& url);
  std::string Replace(const std::shared_ptr<Peer>& tried, const Url& url,
                      const std::string& address);
  std::string PassOver(const std::shared_ptr<Peer>& tried, const Url& url, std::stop_token stop);
  std::string AfterFailure(const HttpResponse& response, const std::shared_ptr<Peer>& peer,
                           const Url& url, std::stop_token stop);

  Clock& clock_;
  const NameLookup lookup_;
  const std::string user_agent_, server_name_;
  const bool insecure_;
  const std::shared_ptr<TlsSettings> tls_;
  const ProxyRules proxies_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Peer>> peers_;  // by scheme, host and port
};

HttpResponse CpprestHttpClient::Run(const HttpRequest& request, std::stop_token stop,
                                    const StreamHandler* lines) {
  const std::optional<Url> url = ParseUrl(request.url);
  if (!url) return NotSent(HttpError::kConnect, "not a URL of http or https");
  for (const auto& [name, value] : request.headers) {
    if (IsInjection(name) || IsInjection(value)) {
      return NotSent(HttpError::kConnect, "a header has a line break in its name or value");
    }
  }
  if (stop.stop_requested()) return NotSent(HttpError::kStopped, "stopped");
  const SteadyTime start = clock_.Steady();
  Recheck(PeerFor(*url), *url, stop);
  const std::shared_ptr<Peer> peer = PeerFor(*url);
  HttpResponse response = RunTwice(*peer, request, *url, start, stop, lines);
  response.error_text += AfterFailure(response, peer, *url, std::move(stop));
  if (!response.error_text.empty()) {
    response.error_text = url->authority() + ": " + response.error_text;
  }
  return response;
}

HttpResponse CpprestHttpClient::RunTwice(Peer& peer, const HttpRequest& request, const Url& url,
                                         SteadyTime start, std::stop_token stop,
                                         const StreamHandler* lines) {
  const auto timeout = [&] {
    return lines ? request.timeout : request.timeout - (clock_.Steady() - start);
  };
  HttpResponse response = RunOnce(peer, request, url, timeout(), stop, lines);
  // A kept-alive connection that the peer has closed meanwhile: it has not got the request whole.
  if (response.error == HttpError::kBroken && response.status == 0 &&
      response.error_text.starts_with(kWriteFailed)) {
    response = RunOnce(peer, request, url, timeout(), std::move(stop), lines);
  }
  return response;
}

HttpResponse CpprestHttpClient::RunOnce(Peer& peer, const HttpRequest& request, const Url& url,
                                        Duration timeout, std::stop_token stop,
                                        const StreamHandler* lines) {
  auto exchange = std::make_shared<Exchange>(clock_, timeout, lines);
  const Url* proxy = url.secure() ? nullptr : proxies_.For(url);
  auto cancel = StartRequest(peer.client, {request, url, user_agent_, proxy, peer.tls}, exchange);
  HttpResponse response = exchange->Wait(std::move(stop), cancel);
  if (response.status / 100 == 1) {
    // cpprestsdk takes an interim answer for the answer; the real one would be taken for the
    // next request's.
    Forget(url);
    response.error = HttpError::kBroken;
    response.error_text = "an interim answer that was not asked for";
  }
  return response;
}

// Where the next attempt goes, if not where this one went; for its error text.
std::string CpprestHttpClient::AfterFailure(const HttpResponse& response,
                                            const std::shared_ptr<Peer>& peer, const Url& url,
                                            std::stop_token stop) {
  if (IsUnreachable(response, *peer)) {
    const std::string next = PassOver(peer, url, std::move(stop));
    return next.empty() ? "" : "; the next attempt goes to " + next;
  }
  if (!MayBeAStranger(response, *peer)) return {};
  Replace(peer, url, "");
  return "; the next attempt looks up the name again";
}

// One address that swallows what is sent to it would take each attempt whole: a machine that is
// off, a network that has IPv6 addresses and no way out. The next attempt goes to the address
// behind it, and stays there while that works. Returns which; empty: to what it went to before.
std::string CpprestHttpClient::PassOver(const std::shared_ptr<Peer>& tried, const Url& url,
                                        std::stop_token stop) {
  if (proxies_.For(url)) return {};    // it is the one who connects
  if (IsAddress(url.host)) return {};  // there is no other
  const auto all =
      AwaitAddresses(clock_, lookup_, url.host, clock_.Steady() + kLookup, std::move(stop));
  const std::string next = NextAddress(all, tried->address);
  return next == tried->address ? std::string() : Replace(tried, url, next);
}

// Returns the address that counts now: another thread may have been quicker.
std::string CpprestHttpClient::Replace(const std::shared_ptr<Peer>& tried, const Url& url,
                                       const std::string& address) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Peer>& peer = peers_[KeyOf(url)];
  if (peer == tried) peer = NewPeer(url, address);
  return peer ? peer->address : std::string();
}

// An address that a host had may be another's by now, who would get events and credentials.
void CpprestHttpClient::Recheck(const std::shared_ptr<Peer>& peer, const Url& url,
                                std::stop_token stop) {
  const SteadyTime now = clock_.Steady();
  {
    std::lock_guard lock(mutex_);
    if (now < peer->trusted_until) return;
    peer->trusted_until = now + kTrust;  // others need not ask, too
  }
  const auto all = AwaitAddresses(clock_, lookup_, url.host, now + kRecheck, std::move(stop));
  if (std::find(all.begin(), all.end(), peer->address) == all.end()) Replace(peer, url, "");
}

std::shared_ptr<Peer> CpprestHttpClient::PeerFor(const Url& url) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Peer>& peer = peers_[KeyOf(url)];
  if (!peer) peer = NewPeer(url, "");
  return peer;
}

void CpprestHttpClient::Forget(const Url& url) {
  std::lock_guard lock(mutex_);
  peers_.erase(KeyOf(url));
}

std::shared_ptr<Peer> CpprestHttpClient::NewPeer(const Url& url, const std::string& address) const {
  http_client_config config;
  config.set_timeout(kLastResort);
  config.set_max_redirects(0);
  config.set_validate_certificates(!insecure_);
  config.set_tlsext_sni_enabled(false);  // it would send the Host header; TlsSettings does it
  const Url* proxy = proxies_.For(url);
  if (proxy) config.set_proxy(WebProxy(*proxy, url.secure()));
  std::shared_ptr<TlsPeer> tls;
  if (url.secure()) {
    tls = std::make_shared<TlsPeer>(server_name_.empty() ? url.host : server_name_, insecure_);
    config.set_ssl_context_callback([settings = tls_, tls](boost::asio::ssl::context& context) {
      settings->Prepare(context.native_handle(), tls);
    });
  }
  if (!proxy) {
    config.set_nativehandle_options(
        [secure = url.secure()](auto handle) { KeepAlive(handle, secure); });
  }
  Url to = url;
  if (!address.empty()) to.host = address;
  const SteadyTime trusted = address.empty() ? SteadyTime::max() : clock_.Steady() + kTrust;
  return std::make_shared<Peer>(std::move(tls), address, trusted, BaseUri(to, proxy != nullptr),
                                config);
}

}  // namespace

void InitHttpThreads(std::size_t threads) {
  setenv("RES_OPTIONS", "timeout:1 attempts:2", /*overwrite=*/0);
  // Before the pool, so that at exit OpenSSL is cleaned up after the last thread that uses it.
  OPENSSL_init_ssl(0, nullptr);
  crossplat::threadpool::initialize_with_threads(threads);
}

NameLookup SystemNameLookup() {
  using boost::asio::ip::tcp;
  return [](const std::string& host, std::function<void(std::vector<std::string>)> done) {
    auto resolver =
        std::make_shared<tcp::resolver>(crossplat::threadpool::shared_instance().service());
    resolver->async_resolve(
        host, "", tcp::resolver::address_configured,
        [resolver, done = std::move(done)](const auto& error, const auto& found) {
          std::vector<std::string> addresses;
          if (!error) {
            for (const auto& entry : found) {
              addresses.push_back(entry.endpoint().address().to_string());
            }
          }
          done(std::move(addresses));
        });
    return [resolver] { resolver->cancel(); };
  };
}

std::shared_ptr<HttpClient> NewCpprestHttpClient(Clock& clock, const HttpClientOptions& options,
                                                 NameLookup lookup) {
  return std::make_shared<CpprestHttpClient>(clock, options, std::move(lookup));
}

}  // namespace eventer
