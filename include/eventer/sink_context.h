// What a sink is built with besides its URI.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "eventer/clock.h"
#include "eventer/http_client.h"
#include "eventer/watched_text.h"

namespace eventer {

struct SinkContext {
  Clock& clock;
  HttpClientFactory http;  // called while the sink is built, later by its worker
  // The text under `key` of a ConfigMap, read through the source's API server at the first Read.
  std::function<std::unique_ptr<WatchedText>(std::string ns, std::string name, std::string key)>
      config_map;
  std::string name;  // this sink's, as in metrics: its log lines begin with it
};

}  // namespace eventer
