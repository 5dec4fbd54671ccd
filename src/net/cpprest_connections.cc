#include "net/cpprest_connections.h"

#include <cpprest/http_client.h>
#include <netinet/tcp.h>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>

namespace eventer {
namespace {

using web::http::client::http_client;
using web::http::client::http_client_config;

// cpprestsdk's own idle time, far above every deadline of ours: it only ends what could not be
// cancelled (a proxy that never answers CONNECT).
constexpr std::chrono::minutes kLastResort(10);

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

}  // namespace

std::shared_ptr<http_client> NewConnections(const ConnectionsTo& to) {
  const bool secure = to.url.secure();
  http_client_config config;
  config.set_timeout(kLastResort);
  config.set_max_redirects(0);
  config.set_validate_certificates(!to.insecure);
  config.set_tlsext_sni_enabled(false);  // it would send the Host header; TlsSettings does it
  if (to.proxy) config.set_proxy(WebProxy(*to.proxy, secure));
  if (secure) {
    config.set_ssl_context_callback(
        [settings = to.settings, tls = to.tls](boost::asio::ssl::context& context) {
          settings->Prepare(context.native_handle(), tls);
        });
  }
  if (!to.proxy) {
    config.set_nativehandle_options([secure](auto handle) { KeepAlive(handle, secure); });
  }
  Url url = to.url;
  if (!to.address.empty()) url.host = to.address;
  return std::make_shared<http_client>(BaseUri(url, to.proxy != nullptr), config);
}

}  // namespace eventer
