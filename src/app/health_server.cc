#include "app/health_server.h"

#include <utility>

#include "eventer/error.h"

namespace eventer {
namespace {

HttpServer Listen(const std::string& ip, std::uint16_t port, HttpServer::Handler handler) try {
  return HttpServer(ip, port, std::move(handler));
} catch (const ConfigError& error) {
  throw ConfigError("--healthz-ip, --healthz-port: " + std::string(error.what()));
}

}  // namespace

HealthServer::HealthServer(const std::string& ip, std::uint16_t port, const Clock& clock,
                           const Stats& stats, MetricsSettings metrics)
    : endpoints_(clock, stats, std::move(metrics)),
      server_(Listen(ip, port, [this](const HttpServerRequest& request) {
        return endpoints_.Answer(request);
      })) {}

}  // namespace eventer
