// The original's table of reasons that are a problem (its metrics/prometheus/judge.go).
#pragma once

#include <string_view>

#include "eventer/event.h"

namespace eventer {

// The name of the problem that `event` reports ("PodCrash"), or empty if it reports none.
std::string_view ProblemOf(const Event& event);

}  // namespace eventer
