// People whom a message of a chat is to reach at once.
#pragma once

#include <string>
#include <vector>

#include "eventer/sink_uri.h"

namespace eventer {

struct Mentions {
  std::vector<std::string> mobiles, user_ids;
  bool all = false;
  bool empty() const { return mobiles.empty() && user_ids.empty() && !all; }
};

// Reads `at_user_ids`, `at_all` and, where people are known by it, `at_mobiles`. Throws
// ConfigError.
Mentions ReadMentions(SinkUri& uri, bool by_mobile = true);

}  // namespace eventer
