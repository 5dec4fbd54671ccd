#include "net/peers.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "net/cpprest_connections.h"

namespace eventer {
namespace {

// For a name that was known when a connection was begun: what glibc takes at most
// (InitHttpThreads), and a little more.
constexpr std::chrono::seconds kLookup(5);
// An address that was passed over to is asked about after this, for so long at most: the name may
// have lost it, and somebody else got it.
constexpr std::chrono::minutes kTrust(5);
constexpr std::chrono::seconds kRecheck(1);

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

ProxyRules MakeProxyRules(const HttpClientOptions& options) {
  if (options.proxy) return ProxyRules::Fixed(*options.proxy);
  return ProxyRules::FromEnvironment([](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value ? value : "";
  });
}

}  // namespace

Peers::Peers(Clock& clock, const HttpClientOptions& options, NameLookup lookup)
    : clock_(clock),
      lookup_(std::move(lookup)),
      server_name_(options.server_name),
      insecure_(options.insecure),
      tls_(std::make_shared<TlsSettings>(options)),
      proxies_(MakeProxyRules(options)) {}

std::shared_ptr<Peer> Peers::For(const Url& url, std::stop_token stop) {
  Recheck(Known(url), url, std::move(stop));
  return Known(url);
}

std::string Peers::AfterFailure(const HttpResponse& response, const std::shared_ptr<Peer>& peer,
                                const Url& url, std::stop_token stop) {
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
std::string Peers::PassOver(const std::shared_ptr<Peer>& tried, const Url& url,
                            std::stop_token stop) {
  if (proxies_.For(url)) return {};    // it is the one who connects
  if (IsAddress(url.host)) return {};  // there is no other
  const auto all =
      AwaitAddresses(clock_, lookup_, url.host, clock_.Steady() + kLookup, std::move(stop));
  const std::string next = NextAddress(all, tried->address);
  return next == tried->address ? std::string() : Replace(tried, url, next);
}

// Returns the address that counts now: another thread may have been quicker.
std::string Peers::Replace(const std::shared_ptr<Peer>& tried, const Url& url,
                           const std::string& address) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Peer>& peer = peers_[KeyOf(url)];
  if (peer == tried) peer = NewPeer(url, address);
  return peer ? peer->address : std::string();
}

// An address that a host had may be another's by now, who would get events and credentials.
void Peers::Recheck(const std::shared_ptr<Peer>& peer, const Url& url, std::stop_token stop) {
  const SteadyTime now = clock_.Steady();
  {
    std::lock_guard lock(mutex_);
    if (now < peer->trusted_until) return;
    peer->trusted_until = now + kTrust;  // others need not ask, too
  }
  const auto all = AwaitAddresses(clock_, lookup_, url.host, now + kRecheck, std::move(stop));
  if (std::find(all.begin(), all.end(), peer->address) == all.end()) Replace(peer, url, "");
}

std::shared_ptr<Peer> Peers::Known(const Url& url) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Peer>& peer = peers_[KeyOf(url)];
  if (!peer) peer = NewPeer(url, "");
  return peer;
}

void Peers::Forget(const Url& url) {
  std::lock_guard lock(mutex_);
  peers_.erase(KeyOf(url));
}

std::shared_ptr<Peer> Peers::NewPeer(const Url& url, const std::string& address) const {
  std::shared_ptr<TlsPeer> tls;
  if (url.secure()) {
    tls = std::make_shared<TlsPeer>(server_name_.empty() ? url.host : server_name_, insecure_);
  }
  auto client = NewConnections({url, address, proxies_.For(url), insecure_, tls_, tls});
  const SteadyTime trusted = address.empty() ? SteadyTime::max() : clock_.Steady() + kTrust;
  return std::make_shared<Peer>(Peer{std::move(tls), address, std::move(client), trusted});
}

}  // namespace eventer
