// Serves HealthEndpoints on --healthz-ip and --healthz-port.
#pragma once

#include <cstdint>
#include <string>

#include "app/health.h"
#include "net/http_server.h"

namespace eventer {

// Serves from construction to destruction, on a thread of its own.
class HealthServer {
 public:
  // Throws ConfigError, naming both flags, if it cannot listen there.
  HealthServer(const std::string& ip, std::uint16_t port, const Clock& clock, const Stats& stats,
               MetricsSettings metrics);

  std::uint16_t port() const { return server_.port(); }
  void BeginShutdown() { endpoints_.BeginShutdown(); }

 private:
  HealthEndpoints endpoints_;
  HttpServer server_;  // last: its thread uses the endpoints
};

}  // namespace eventer
