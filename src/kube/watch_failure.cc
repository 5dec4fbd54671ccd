#include "kube/watch_failure.h"

#include <algorithm>
#include <charconv>

#include "eventer/text.h"

namespace eventer {
namespace {

constexpr std::size_t kMaxText = 300;

std::optional<Duration> RetryAfter(std::string_view seconds) {
  std::uint32_t number = 0;  // a header may also hold a date; the API server sends none
  const char* end = seconds.data() + seconds.size();
  const auto [rest, error] = std::from_chars(seconds.data(), end, number);
  if (error != std::errc() || rest != end || number == 0) return std::nullopt;
  return std::chrono::seconds(number);
}

std::string_view StatusName(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 410:
      return "Gone";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";
  }
}

std::string Advice(int status, std::string_view ns) {
  if (status == 401) return "the credentials are not accepted; they are read again at each attempt";
  if (status != 403) return {};
  std::string where =
      ns.empty() ? " of all namespaces (ClusterRole)" : " in namespace " + std::string(ns);
  return "the ServiceAccount needs the verbs list and watch on events" + where;
}

WatchFailure Failure(int status, std::string_view message, std::string_view ns) {
  WatchFailure failure;
  failure.status = status;
  failure.text = "the API server says " + std::to_string(status);
  if (const std::string_view name = StatusName(status); !name.empty()) {
    failure.text.append(" ").append(name);
  }
  if (const std::string line = ShortLine(message); !line.empty() && line != StatusName(status)) {
    failure.text += ": " + line;
  }
  if (const std::string advice = Advice(status, ns); !advice.empty()) {
    failure.text += "; " + advice;
  }
  return failure;
}

}  // namespace

std::string ShortLine(std::string_view text) { return OneLine(Trim(text), kMaxText); }

WatchFailure FailureOf(const WatchFrame& error, std::string_view ns) {
  // A Status without a code is as good as any other fault of the server.
  WatchFailure failure = Failure(error.status_code ? error.status_code : 500, error.message, ns);
  if (error.retry_after_seconds > 0) {
    failure.retry_after = std::chrono::seconds(
        std::min<std::int64_t>(error.retry_after_seconds, std::int64_t{1} << 31));
  }
  return failure;
}

WatchFailure FailureOf(const HttpResponse& response, EventDecoder& decoder, std::string_view ns) {
  if (response.status < 300 && response.error != HttpError::kNone) {
    return {.status = 0,
            .text = "no answer from the API server: " + ShortLine(response.error_text)};
  }
  // The body is a Status, unless a proxy wrote it. In a frame it is something the decoder knows.
  WatchFrame frame;
  WatchFailure failure;
  if (response.body.starts_with('{') &&
      decoder.DecodeFrame(R"({"type":"ERROR","object":)" + response.body + "}", &frame)) {
    frame.status_code = response.status;
    failure = FailureOf(frame, ns);
  } else {
    failure = Failure(response.status, response.body, ns);
  }
  if (auto asked = RetryAfter(response.Header("Retry-After"))) failure.retry_after = asked;
  return failure;
}

}  // namespace eventer
