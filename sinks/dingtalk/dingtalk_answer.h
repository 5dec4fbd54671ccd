// What a DingTalk robot means: it says it with an errcode inside a 200.
#pragma once

#include <optional>

#include "common/chat_sink.h"
#include "eventer/http_client.h"

namespace eventer {

struct DingTalkAnswer {
  EventOutcome outcome;  // never kTooLarge
  std::optional<Duration> retry_after;
  bool too_long = false;  // a shorter text may be taken
};

// `now`: for a Retry-After that is a date. Secrets may still be in the detail.
DingTalkAnswer ReadDingTalkAnswer(const HttpResponse& response, WallTime now);

}  // namespace eventer
