// One text that tells many events.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eventer/event.h"

namespace eventer {

// One message of a digest.
struct DigestPage {
  std::vector<std::string> lines;   // plain text, one line each
  std::vector<std::size_t> events;  // which of the events it tells
};

// Tells each of `events` exactly once, grouped by namespace, kind, workload and reason: Warnings
// first, then the largest groups. A group's line begins with the number of events that it tells
// ("41 × BackOff · shop/web"). Each page's lines have at most `max_bytes` with their ends, a line
// that alone is longer is cut. The same events give the same pages. Times are in the zone of TZ.
std::vector<DigestPage> ComposeDigest(std::span<const EventPtr> events, std::size_t max_bytes);

}  // namespace eventer
