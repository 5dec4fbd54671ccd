#include "common/http_verdict.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

#include "common/secret.h"

namespace eventer {
namespace {

constexpr std::size_t kMaxDetailBytes = 300;
// No sink has an option for them.
constexpr std::string_view kProxyHint = "the user and the password in HTTP_PROXY or HTTPS_PROXY";
// Anything longer is cut by the worker anyway; this keeps nanoseconds in range.
constexpr std::chrono::seconds kLongestWait = std::chrono::hours(24);

Cause CauseOfError(HttpError error) {
  switch (error) {
    case HttpError::kTimeout:
      return Cause::kTimeout;
    case HttpError::kTls:
      return Cause::kTls;
    case HttpError::kTooLarge:
      return Cause::kGarbage;
    default:
      return Cause::kConnection;
  }
}

struct Fault {
  Outcome outcome;
  Cause cause;
};

Fault FaultOfStatus(int status) {
  switch (status) {
    case 400:
      return {Outcome::kRejected, Cause::kBadRequest};
    case 401:
    case 403:
    case 407:
      return {Outcome::kMisconfigured, Cause::kUnauthorized};
    case 404:
    case 405:
      return {Outcome::kMisconfigured, Cause::kNotFound};
    case 408:
      return {Outcome::kRetry, Cause::kServer};
    case 413:
      return {Outcome::kTooLarge, Cause::kTooLarge};
    case 415:
      return {Outcome::kRejected, Cause::kUnsupported};
    case 422:
      return {Outcome::kRejected, Cause::kUnprocessable};
    case 429:
      return {Outcome::kRetry, Cause::kThrottled};
    default:
      break;
  }
  if (status >= 200 && status < 300) return {Outcome::kDelivered, Cause::kNone};
  if (status >= 500) return {Outcome::kRetry, Cause::kServer};
  return {Outcome::kMisconfigured, Cause::kSettings};
}

std::string HintFor(int status, const StatusHints& hints) {
  const Cause cause = FaultOfStatus(status).cause;
  std::string_view hint;
  if (cause == Cause::kUnauthorized) hint = hints.credentials;
  if (cause == Cause::kNotFound) hint = hints.address;
  if (status == 407) hint = kProxyHint;
  return hint.empty() ? "" : " (check " + std::string(hint) + ")";
}

std::string DetailOf(const HttpResponse& response, std::span<const std::string> secrets) {
  std::string detail = "HTTP " + std::to_string(response.status);
  if (response.status >= 300 && response.status < 400) {
    return detail + ": redirects are not followed; put the final address into the URI";
  }
  if (response.body.empty()) return detail;
  return detail + ": " + HideSecrets(response.body, secrets, kMaxDetailBytes);
}

// The dates of RFC 9110, section 5.6.7: today's, RFC 850's and asctime's.
constexpr const char* kDates[] = {"%a, %d %b %Y %H:%M:%S GMT", "%a, %d-%b-%y %H:%M:%S GMT",
                                  "%a %b %d %H:%M:%S %Y"};

std::optional<WallTime> ParseHttpDate(const std::string& text) {
  for (const char* form : kDates) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), form, &parts);
    if (end && *end == '\0') return WallTime(std::chrono::seconds(timegm(&parts)));
  }
  return std::nullopt;
}

}  // namespace

EventOutcome NoWholeAnswer(const HttpResponse& response, std::span<const std::string> secrets) {
  return {Outcome::kRetry, CauseOfError(response.error),
          HideSecrets(response.error_text, secrets, kMaxDetailBytes)};
}

EventOutcome JudgeResponse(const HttpResponse& response, std::span<const std::string> secrets,
                           const StatusHints& hints) {
  const bool failed = response.error != HttpError::kNone;
  // A complete status line decides, even if the rest of the answer was lost.
  if (response.status == 0 || (failed && response.status < 300)) {
    // No body decides here: the status line is the delivery.
    if (response.status >= 200) return {Outcome::kDelivered, Cause::kNone, {}};
    return NoWholeAnswer(response, secrets);
  }
  const Fault fault = FaultOfStatus(response.status);
  if (fault.outcome == Outcome::kDelivered) return {};
  return {fault.outcome, fault.cause,
          DetailOf(response, secrets) + HintFor(response.status, hints)};
}

std::optional<Duration> RetryAfter(const HttpResponse& response, WallTime now) {
  const std::string value(response.Header("Retry-After"));
  if (value.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  const char* end = value.data() + value.size();
  if (auto [rest, error] = std::from_chars(value.data(), end, seconds);
      error == std::errc() && rest == end) {
    if (seconds < 0) return std::nullopt;
    return std::chrono::seconds(std::min<std::int64_t>(seconds, kLongestWait.count()));
  }
  const std::optional<WallTime> date = ParseHttpDate(value);
  if (!date) return std::nullopt;
  return std::clamp<WallTime::duration>(*date - now, WallTime::duration::zero(), kLongestWait);
}

}  // namespace eventer
