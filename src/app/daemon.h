// The assembled program: source, buffer, log, sinks, health server and their threads.
#pragma once

#include <cstddef>
#include <memory>
#include <thread>

#include "app/health_server.h"
#include "app/log_builder.h"
#include "app/options.h"
#include "core/stats.h"
#include "eventer/clock.h"
#include "eventer/event_source.h"
#include "eventer/http_client.h"
#include "kube/kube_api.h"
#include "pipeline/event_buffer.h"
#include "pipeline/event_log.h"
#include "pipeline/housekeeper.h"
#include "pipeline/sink_manager.h"

namespace eventer {

// Runs from construction to Shutdown. Made and destroyed on the main thread, once per process.
class Daemon {
 public:
  // Throws ConfigError before any thread of the pipeline has done anything. Talks to no API
  // server and to no receiver: one that is down is waited for.
  Daemon(Clock& clock, Options options);

  struct Stopped {
    int exit_status = 0;      // 1: something was left, which is logged
    bool sink_hangs = false;  // inside an attempt: ~Daemon would wait for it, so end with _exit
  };
  // Stops the watch, drains what fits, gives each sink one last attempt and --stop-timeout to
  // deliver what waits.
  Stopped Shutdown();

 private:
  void LogStart() const;
  // False: nothing that is not safe.
  bool ReportWhatIsLeft(std::size_t not_received, bool on_disk) const;

  // What a thing uses stands before it.
  Clock& clock_;
  Options options_;
  HttpClientFactory http_;
  Stats stats_;
  std::shared_ptr<KubeApi> api_;
  BuiltLog log_;
  std::unique_ptr<EventSource> source_;
  EventBuffer buffer_;
  SinkManager sinks_;
  HealthServer health_;
  Housekeeper housekeeper_;
  std::jthread housekeeper_thread_, watch_thread_;
};

}  // namespace eventer
