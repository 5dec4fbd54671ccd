// What a bulk request's answer says of each event.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eventer/event_sink.h"
#include "eventer/http_client.h"

namespace eventer {

// One outcome for each of `events` that were sent, without `secrets` in their details.
std::vector<EventOutcome> ReadBulkAnswer(const HttpResponse& response, std::size_t events,
                                         std::span<const std::string> secrets);

}  // namespace eventer
