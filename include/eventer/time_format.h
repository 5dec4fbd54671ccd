// Times as text, in Go's and Kubernetes' forms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "eventer/clock.h"
#include "eventer/time_zone.h"

namespace eventer {

// RFC 3339, any fraction (cut to microseconds), any offset. nullopt: not a time.
std::optional<WallTime> ParseRfc3339(std::string_view text);

std::string FormatRfc3339Nano(WallTime time);  // UTC, fraction only as long as needed
// 2006-01-02 15:04:05
std::string FormatDateTime(WallTime time, const TimeZone& zone = TimeZone::Local());
// 2006-01-02 15:04:05[.999999] -0700 MST
std::string FormatGoString(WallTime time, const TimeZone& zone = TimeZone::Local());
std::string FormatIndexDate(WallTime time);  // 2006.01.02, UTC

// Go's time.ParseDuration ("1m30s", "-1.5h"); nullopt: not a duration.
std::optional<Duration> ParseGoDuration(std::string_view text);
std::string FormatGoDuration(Duration duration);  // Go's Duration.String: "1m30s", "3m0s"

}  // namespace eventer
