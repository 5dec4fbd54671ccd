// What a bulk request's answer says of each event.
#pragma once

#include <cstddef>
#include <vector>

#include "eventer/event_sink.h"
#include "eventer/http_client.h"

namespace eventer {

// One outcome for each of `events` that were sent. Secrets may still be in the details.
std::vector<EventOutcome> ReadBulkAnswer(const HttpResponse& response, std::size_t events);

}  // namespace eventer
