// HTTP as the rest of the program sees it. Neither call throws: a dead peer is an answer like any
// other.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eventer/clock.h"

namespace eventer {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// A body never changes: a request, its copies and the connection that sends it share one, since a
// bulk of events is large.
class HttpBody {
 public:
  HttpBody& operator=(std::string text) {
    text_ = std::make_shared<const std::string>(std::move(text));
    return *this;
  }
  const std::string& text() const {
    static const std::string kNone;
    return text_ ? *text_ : kNone;
  }

 private:
  std::shared_ptr<const std::string> text_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute; sent byte for byte, but for bytes that no URL may hold
  // As they are to be sent; no Content-Type is made up. Content-Length, Transfer-Encoding and
  // Connection are the client's own; a Host here does not change whose certificate is wanted.
  HttpHeaders headers;
  HttpBody body;
  // Send: the total time until the whole answer is here. Stream: the longest silence, before the
  // headers and between bytes; time that on_line takes does not count. If it passed before anything
  // was sent to a host with a name, up to 5 s come on top: its other addresses are looked up.
  Duration timeout = std::chrono::seconds(10);
};

enum class HttpError : char {
  kNone,      // there is a status
  kConnect,   // not sent: no address, refused, unreachable, proxy failed
  kTls,       // certificate or handshake
  kTimeout,   // the deadline was hit
  kBroken,    // the connection broke after it was established, or the answer was no HTTP
  kTooLarge,  // the answer was larger than the client accepts (16 MiB)
  kStopped,   // `stop` was requested, or on_line said so
};

struct HttpResponse {
  int status = 0;                      // 0: none was received
  HttpHeaders headers;                 // names as received
  std::string body;                    // of Stream: only if the status is not 2xx, at most 1 MiB
  HttpError error = HttpError::kNone;  // may come with a status: a stream that broke later
  std::string error_text;              // for people, one line, without secrets
  bool sent = false;                   // the request may have reached the peer

  // The first header of that name (case does not matter), empty if there is none.
  std::string_view Header(std::string_view name) const;
};

// One line of a streamed body, without its "\n". False ends the stream (HttpError::kStopped). May
// block: then nothing more is read from the peer; so it must watch the same stop as Stream, which
// waits for it. Called on a thread of the client's pool, never two at once, never after Stream
// returned.
using LineHandler = std::function<bool(std::string_view line)>;

struct StreamHandler {
  LineHandler on_line;
  // The answer is a 2xx; called once, before the first line. May be empty.
  std::function<void()> on_open;
  // A line longer than 16 MiB was skipped. May be empty.
  std::function<void(std::uint64_t bytes)> on_skipped;
};

// Thread-safe; connections are kept alive and reused; redirects are not followed.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual HttpResponse Send(const HttpRequest& request, std::stop_token stop) = 0;
  // Hands on the body of a 2xx answer line by line until it ends. A last line without "\n" is
  // handed on only if the body ended cleanly.
  virtual HttpResponse Stream(const HttpRequest& request, std::stop_token stop,
                              const StreamHandler& handler) = 0;
};

struct HttpClientOptions {
  std::string ca_pem;     // certificates to trust instead of the system's; empty: the system's
  bool insecure = false;  // any certificate is good
  std::string cert_pem, key_pem;  // client certificate; both or none
  std::string server_name;        // SNI and the name to verify, if not the URL's host
  // http://[user:password@]host:port. Empty: none. nullopt: HTTPS_PROXY, HTTP_PROXY and NO_PROXY
  // as Go's net/http reads them.
  std::optional<std::string> proxy;
  std::string user_agent;
};

// Makes a client, or throws ConfigError if a certificate, key or proxy cannot be used.
using HttpClientFactory = std::function<std::shared_ptr<HttpClient>(const HttpClientOptions&)>;

}  // namespace eventer
