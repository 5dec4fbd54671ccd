// One receiver reached over HTTP, with the options that every such sink has.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "common/renewed_client.h"
#include "eventer/http_client.h"
#include "eventer/sink_context.h"
#include "eventer/sink_uri.h"

namespace eventer {

// Used by one worker thread.
class HttpSender {
 public:
  static constexpr Duration kDefaultTimeout = std::chrono::seconds(10);
  static constexpr Duration kMaxTimeout = std::chrono::minutes(2);

  // Reads `timeout`, `ca_file`, `insecure`, `cert_file` and `key_file`. Throws ConfigError.
  HttpSender(SinkUri& uri, const SinkContext& context);

  // One attempt with a total deadline, which is doubled, up to 2 min, for as long as attempts
  // about the same `subject` (an event's uid and version, a batch's first) hit it after the
  // request was sent; the answer's error_text then names `timeout`.
  HttpResponse Send(HttpRequest request, std::string_view subject, std::stop_token stop);

  // Its parts, for an attempt that asks several addresses: the deadline that each request has, ...
  Duration TimeoutFor(std::string_view subject) const;
  // ... one request, with the deadline that stands in it, ...
  HttpResponse SendOnce(const HttpRequest& request, std::stop_token stop);
  // ... and, once per attempt, what came of it: the answer, or one that was late.
  void Note(std::string_view subject, Duration timeout, const HttpResponse& response);

 private:
  RenewedClient client_;
  Duration timeout_;
  std::string late_subject_;  // whose deadline was hit last
  Duration late_timeout_{};   // and what its next one is
};

}  // namespace eventer
