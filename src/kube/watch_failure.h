// What went wrong with one call to the API server, and what it asks for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/event_decoder.h"
#include "eventer/clock.h"
#include "eventer/http_client.h"

namespace eventer {

struct WatchFailure {
  int status = 0;  // the API server's word, as HTTP status or in the stream; 0: it said nothing
  std::string text = {};                     // one line for people
  std::optional<Duration> retry_after = {};  // from the header or the Status' details

  // The API server answered, and what it said may mean that it cannot serve this version: neither
  // credentials (401, 403) nor load (429).
  bool MayBeTheVersion() const {
    return status != 0 && status != 401 && status != 403 && status != 429;
  }
};

// Of an answer that is no 2xx, or of none.
WatchFailure FailureOf(const HttpResponse& response, EventDecoder& decoder, std::string_view ns);
// Of an ERROR in the stream.
WatchFailure FailureOf(const WatchFrame& error, std::string_view ns);

// What a server said, for a line of the log: of at most 300 bytes.
std::string ShortLine(std::string_view text);

}  // namespace eventer
