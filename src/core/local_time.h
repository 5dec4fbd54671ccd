// The zone in which times are shown to people: TZ, read as Go reads it.
#pragma once

#include <chrono>
#include <string>

namespace eventer {

struct ZoneInfo {
  std::chrono::seconds offset{0};  // local time minus UTC
  std::string abbreviation;        // "CST"; where the tz database has none, its offset ("+03")
  bool daylight_saving = false;
};

// What the local zone says at `time`. TZ unset: /etc/localtime; TZ a name below
// /usr/share/zoneinfo or an absolute path: that file; anything else: UTC. From the C library,
// which reads that one file at the first call. Thread-safe as long as nobody changes TZ.
ZoneInfo ZoneAt(std::chrono::sys_seconds time);

}  // namespace eventer
