// What the HTTP endpoints answer: /livez, /healthz, /healtz, /readyz, /metrics.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "app/health_report.h"
#include "app/metrics.h"
#include "core/stats.h"
#include "eventer/clock.h"
#include "net/http_server.h"

namespace eventer {

// /livez, /healthz and /healtz are 500 only if one of our threads is stuck: a restart would mend
// that. /readyz is 500 while the source is not connected, and from the begin of a shutdown.
// Any thread may ask. Only Stats are read: no answer waits for a sink or the network.
class HealthEndpoints {
 public:
  HealthEndpoints(const Clock& clock, const Stats& stats, MetricsSettings metrics);

  HttpServerResponse Answer(const HttpServerRequest& request) const;
  void BeginShutdown() { stopping_ = true; }

 private:
  std::vector<HealthCheck> LivenessChecks() const;
  std::vector<HealthCheck> ReadinessChecks() const;
  std::string Books() const;

  const Clock& clock_;
  const Stats& stats_;
  const MetricsSettings metrics_;
  std::atomic<bool> stopping_{false};
};

}  // namespace eventer
