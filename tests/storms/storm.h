// Bad nights: streams of events with the reasons and texts of real clusters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eventer/event.h"

namespace eventer {

struct StormEvent {
  Duration at;  // since the storm began
  EventPtr event;
};

struct Storm {
  std::string name;
  std::vector<StormEvent> events;  // by time
};

Storm NodeDies();        // 300 pods on it
Storm ImageIsMissing();  // of one deployment, for two hours
Storm QuotaIsExceeded();
Storm CrashLoop();      // two hours, counts rise
Storm RollingUpdate();  // of 50 deployments
Storm Mix();            // 10,000 events of all of these within ten minutes
std::vector<Storm> AllStorms();

}  // namespace eventer
