// Connections of cpprestsdk's, and how it makes them.
#pragma once

#include <memory>
#include <string>

#include "net/tls_settings.h"
#include "net/url.h"

namespace web::http::client {
class http_client;
}

namespace eventer {

struct ConnectionsTo {
  const Url& url;
  const std::string& address;  // of the host's; empty: cpprestsdk looks the host up
  const Url* proxy;            // null: none
  bool insecure;
  std::shared_ptr<TlsSettings> settings;
  std::shared_ptr<TlsPeer> tls;  // null for http
};

// None yet: each is made when a request finds no idle one.
std::shared_ptr<web::http::client::http_client> NewConnections(const ConnectionsTo& to);

}  // namespace eventer
