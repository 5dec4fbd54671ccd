// Kubernetes' conventions for health endpoints (k8s.io/apiserver/pkg/server/healthz): ?verbose,
// ?exclude=CHECK (repeatable), one check alone as /livez/CHECK.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.h"

namespace eventer {

struct HealthCheck {
  std::string name;
  std::string failure;  // one line; empty: passed
};

struct HealthTarget {
  std::string path;   // "/livez": up to a second slash
  std::string check;  // "ping" of "/livez/ping"; empty: all
  bool verbose = false;
  std::vector<std::string> excluded;
};

HealthTarget ParseHealthTarget(std::string_view target);

// 200 "ok", or 500 with a line for each check. Other than Kubernetes, which withholds it, the
// reason stands in the answer. `details` are lines for ?verbose alone.
HttpServerResponse ReportHealth(const HealthTarget& target, const std::vector<HealthCheck>& checks,
                                const std::string& details);

HttpServerResponse NotFound();

}  // namespace eventer
