// What a bulk request's answer says of each event.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "common/http_verdict.h"
#include "eventer/event_sink.h"
#include "eventer/http_client.h"

namespace eventer {

inline constexpr StatusHints kClusterHints = {
    .credentials = "`esUserName` and `esUserSecret`, `api_key`, `bearer_token` or `sigv4`",
    .address = "the address and `nodes`"};

// One outcome for each of `events` that were sent, without `secrets` in their details.
std::vector<EventOutcome> ReadBulkAnswer(const HttpResponse& response, std::size_t events,
                                         std::span<const std::string> secrets);

}  // namespace eventer
