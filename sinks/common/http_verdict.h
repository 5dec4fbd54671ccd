// Whose fault an HTTP answer is: the same table for every sink that speaks HTTP.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "eventer/clock.h"
#include "eventer/event_sink.h"
#include "eventer/http_client.h"
#include "eventer/text.h"

namespace eventer {

// What people are to look at where the status line says that the configuration is at fault.
struct StatusHints {
  std::string_view credentials = {};  // 401, 403; a proxy's 407 has a hint of its own
  std::string_view address = {};      // 404, 405
};

// By the status line, or by why there is none. 2xx: kDelivered. No answer, TLS, 408, 429, 5xx:
// kRetry. 413: kTooLarge. 400, 415, 422: kRejected. Everything else, redirects too:
// kMisconfigured, so that nothing is lost while people mend it. `detail` holds the receiver's
// words without `secrets`, at most 300 bytes on one line, and the hint for its status.
EventOutcome JudgeResponse(const HttpResponse& response, std::span<const std::string> secrets = {},
                           const StatusHints& hints = {});

// kRetry, for a receiver whose answer's body decides and is not there as a whole: why. Call it only
// if there is an error.
EventOutcome NoWholeAnswer(const HttpResponse& response, std::span<const std::string> secrets = {});

// Retry-After: seconds, or a date (seen from `now`). nullopt: none, or it cannot be read.
std::optional<Duration> RetryAfter(const HttpResponse& response, WallTime now);

}  // namespace eventer
