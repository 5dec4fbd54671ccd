// Starts one request on cpprestsdk, and says in our words how it went. A header of its own, so that
// few files pay for cpprestsdk's headers.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "eventer/http_client.h"
#include "net/exchange.h"
#include "net/tls_settings.h"
#include "net/url.h"

namespace web::http::client {
class http_client;
}

namespace eventer {

// Begins the text of a kBroken for a request that the peer has not got whole.
inline constexpr char kWriteFailed[] = "the request could not be written: ";

struct OutgoingRequest {
  const HttpRequest& request;
  const Url& url;
  const std::string& user_agent;
  const Url* plain_proxy;        // null if there is none, or only a tunnel through one
  std::shared_ptr<TlsPeer> tls;  // null for http
};

// Tells `exchange` everything from threads of cpprestsdk's pool, or at once from this one if the
// request cannot even be started. Returns what ends it early: may be called at any time, closes
// the connection within a millisecond, does not wait.
std::function<void()> StartRequest(web::http::client::http_client& client,
                                   const OutgoingRequest& outgoing,
                                   const std::shared_ptr<Exchange>& exchange);

}  // namespace eventer
