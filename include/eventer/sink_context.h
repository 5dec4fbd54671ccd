// What a sink is built with besides its URI.
#pragma once

#include "eventer/clock.h"
#include "eventer/http_client.h"

namespace eventer {

struct SinkContext {
  Clock& clock;
  HttpClientFactory http;  // called while the sink is built
};

}  // namespace eventer
