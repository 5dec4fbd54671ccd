// The sink `log:`: a line per event on standard output.
#pragma once

#include <memory>

#include "eventer/clock.h"
#include "eventer/event_sink.h"

namespace eventer {

struct LogSinkOptions {
  bool text = false;   // lines for people instead of JSON
  bool color = false;  // of text: with the terminal's colours
};

// Writes to `fd`, which must stay open as long as the sink lives.
std::unique_ptr<EventSink> NewLogSinkTo(Clock& clock, int fd, const LogSinkOptions& options);

}  // namespace eventer
