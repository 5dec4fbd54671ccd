// A small HTTP/1.1 server for health and metrics, on Boost.Beast; one thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace eventer {

struct HttpServerRequest {
  std::string method;
  std::string target;  // path and query as received
  bool accepts_gzip = false;
};

struct HttpServerResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpServer {
 public:
  // Called on the server's thread; must not block.
  using Handler = std::function<HttpServerResponse(const HttpServerRequest&)>;

  // How long a peer may take for a request or an answer, and be idle between them. A slow one
  // never delays the others.
  static constexpr std::chrono::seconds kPatience{30};

  // Listens on `ip` (IPv4 or IPv6 literal) and `port` (0: any free one) and serves at once.
  // Throws ConfigError without the flag's name ("cannot listen on 0.0.0.0:8084: Address already
  // in use").
  HttpServer(const std::string& ip, std::uint16_t port, Handler handler,
             std::chrono::milliseconds patience = kPatience);
  ~HttpServer();  // closes every connection, joins

  std::uint16_t port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace eventer
