// The options that every chat sink has.
#pragma once

#include <cstddef>
#include <vector>

#include "common/event_digest.h"
#include "common/message_budget.h"
#include "common/repeat_book.h"
#include "common/silence.h"
#include "eventer/sink_uri.h"

namespace eventer {

// What a kind of robot takes, by its documentation.
struct ChatLimits {
  std::vector<MessageRate> rates;  // all of them hold; the first is per minute, `rate` changes it
  std::size_t digest_bytes;        // of the lines of one digest message
};

struct ChatOptions {
  std::vector<MessageRate> rates;
  LineStyle style;
  RepeatOptions repeat = {};
  Silences silences = {};
  Duration group_wait = {};  // from the first event that waits until all are told together
  Duration max_age = {};     // what is older is told in a digest that says so; zero: nothing is
};

// Reads `rate`, `cluster`, `timezone`, `repeat`, `closing`,
// `silence`, `group_wait` and `max_age`. Throws ConfigError.
ChatOptions ReadChatOptions(SinkUri& uri, const ChatLimits& limits, const Markup& markup);

}  // namespace eventer
