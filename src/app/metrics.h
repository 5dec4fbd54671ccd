// The answer to /metrics.
#pragma once

#include <string>

#include "app/version.h"
#include "core/stats.h"

namespace eventer {

inline constexpr char kMetricsContentType[] = "text/plain; version=0.0.4; charset=utf-8";

struct MetricsSettings {
  BuildInfo build;
  bool object_name_label = false;  // --event-metrics-object-name
};

// Prometheus text, families and series sorted. Waits for nothing but the short locks of Stats.
std::string RenderMetrics(const Stats& stats, const MetricsSettings& settings);

}  // namespace eventer
