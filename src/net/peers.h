// Whom an HTTP client speaks to, and at which of a host's addresses.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "eventer/http_client.h"
#include "net/name_lookup.h"
#include "net/proxy.h"
#include "net/tls_settings.h"
#include "net/url.h"

namespace web::http::client {
class http_client;
}

namespace eventer {

// The connections to one scheme, host and port.
struct Peer {
  const std::shared_ptr<TlsPeer> tls;  // null for http
  const std::string address;           // of the host's; empty: those that cpprestsdk finds
  const std::shared_ptr<web::http::client::http_client> client;
  SteadyTime trusted_until;  // that `address` is the host's; under the mutex of Peers
};

// Thread-safe.
class Peers {
 public:
  // Throws ConfigError if a certificate, key or proxy of `options` cannot be used.
  Peers(Clock& clock, const HttpClientOptions& options, NameLookup lookup);

  const ProxyRules& proxies() const { return proxies_; }
  // For a request. An address that was passed over to is looked up every 5 min, for 1 s at most.
  std::shared_ptr<Peer> For(const Url& url, std::stop_token stop);
  // `response` came from `peer`. Returns where the next attempt goes, if not where this one went,
  // for its error text. May wait for a name server, 5 s at most.
  std::string AfterFailure(const HttpResponse& response, const std::shared_ptr<Peer>& peer,
                           const Url& url, std::stop_token stop);
  // Its connections are used no more.
  void Forget(const Url& url);

 private:
  std::shared_ptr<Peer> Known(const Url& url);
  void Recheck(const std::shared_ptr<Peer>& peer, const Url& url, std::stop_token stop);
  std::shared_ptr<Peer> NewPeer(const Url& url, const std::string& address) const;
  std::string Replace(const std::shared_ptr<Peer>& tried, const Url& url,
                      const std::string& address);
  std::string PassOver(const std::shared_ptr<Peer>& tried, const Url& url, std::stop_token stop);

  Clock& clock_;
  const NameLookup lookup_;
  const std::string server_name_;
  const bool insecure_;
  const std::shared_ptr<TlsSettings> tls_;
  const ProxyRules proxies_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Peer>> peers_;  // by scheme, host and port
};

}  // namespace eventer
