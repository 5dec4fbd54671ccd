// The option `timezone` of sinks that show times to people.
#pragma once

#include "eventer/sink_uri.h"
#include "eventer/time_zone.h"

namespace eventer {

// The zone of TZ without it. Throws ConfigError.
inline TimeZone ReadTimeZone(SinkUri& uri) {
  if (!uri.Has("timezone")) {
    uri.GetOr("timezone", "");
    return TimeZone::Local();
  }
  const std::optional<TimeZone> zone = TimeZone::Named(uri.GetOr("timezone", ""));
  if (!zone) uri.Fail("timezone", "must be a name of the time zone database, as Asia/Shanghai");
  return *zone;
}

}  // namespace eventer
