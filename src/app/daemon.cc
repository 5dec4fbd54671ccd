#include "app/daemon.h"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

#include "app/sink_builder.h"
#include "app/source_builder.h"
#include "app/version.h"
#include "eventer/time_format.h"
#include "kube/watched_config_map.h"
#include "net/cpprest_http_client.h"

namespace eventer {
namespace {

// A watch that is held back holds one thread of the pool; lists and sinks need others.
HttpClientFactory SizedHttpClients(Clock& clock, SinkUri& source) {
  InitHttpThreads(CountWatches(source) + 2);
  return
      [&clock](const HttpClientOptions& options) { return NewCpprestHttpClient(clock, options); };
}

SinkContext ContextOfSinks(Clock& clock, const HttpClientFactory& http,
                           const std::shared_ptr<KubeApi>& api) {
  return {clock, http, [&clock, api](std::string ns, std::string name, std::string key) {
            return NewWatchedConfigMap(clock, api, std::move(ns), std::move(name), std::move(key));
          }};
}

}  // namespace

Daemon::Daemon(Clock& clock, Options options)
    : clock_(clock),
      options_(std::move(options)),
      http_(SizedHttpClients(clock_, options_.source)),
      stats_(options_.event_metrics_object_name),
      api_(BuildKubeApi(clock_, options_, http_)),
      log_(BuildLog(clock_, stats_, options_)),
      source_(BuildSource(clock_, stats_, options_, api_,
                          log_.durable ? log_.durable->stored() : StoredPosition())),
      buffer_(clock_, stats_),
      sinks_(clock_, stats_, *log_.log, BuildSinks(options_, ContextOfSinks(clock_, http_, api_))),
      health_(options_.healthz_ip, options_.healthz_port, clock_, stats_,
              {ThisBuild(), options_.event_metrics_object_name}),
      housekeeper_(
          clock_, stats_, buffer_, *log_.log,
          [this](SteadyTime full_since) { return sinks_.Stalled(full_since); }, options_.frequency,
          log_.replay.get()) {
  LogStart();
  sinks_.Start();
  housekeeper_thread_ = std::jthread([this](std::stop_token stop) { housekeeper_.Run(stop); });
  watch_thread_ = std::jthread([this](std::stop_token stop) {
    source_->Run(stop, [this](SourceEntry& entry, Duration patience, std::stop_token give_up) {
      return buffer_.Push(entry, patience, give_up);
    });
  });
}

void Daemon::LogStart() const {
  const BuildInfo build = ThisBuild();
  spdlog::info("kube-eventer version: {} commit: {}", build.version, build.commit);
  for (const std::string& warning : options_.warnings) spdlog::warn("{}", warning);
  spdlog::info("source {}", options_.source.Masked());
  for (std::size_t i = 0; i < options_.sinks.size(); ++i) {
    spdlog::info("sink {}: {}", stats_.sinks[i].name, options_.sinks[i].Masked());
  }
  if (log_.durable) {
    spdlog::info("events are kept in {}: {} wait from an earlier run", options_.data_dir,
                 stats_.log_events.load());
  }
  if (options_.sinks.empty()) spdlog::warn("no --sink: events are counted, and go nowhere");
  spdlog::info("health and metrics on {} port {}; handing on events every {}", options_.healthz_ip,
               health_.port(), FormatGoDuration(options_.frequency));
}

Daemon::Stopped Daemon::Shutdown() {
  const SteadyTime deadline = clock_.Steady() + options_.stop_timeout;
  spdlog::info("stopping: the sinks have {} for what is left",
               FormatGoDuration(options_.stop_timeout));
  health_.BeginShutdown();
  watch_thread_.request_stop();
  watch_thread_.join();
  housekeeper_thread_.request_stop();
  housekeeper_thread_.join();
  const std::size_t not_received = housekeeper_.DrainAtShutdown();
  const bool sink_hangs = sinks_.Shutdown(deadline) > 0;
  const bool on_disk = log_.durable && log_.durable->Flush();
  return {ReportWhatIsLeft(not_received, on_disk) ? 1 : 0, sink_hangs};
}

bool Daemon::ReportWhatIsLeft(std::size_t not_received, bool on_disk) const {
  std::string left;
  for (const SinkStats& sink : stats_.sinks) {
    const std::uint64_t pending = sink.pending;
    if (pending > 0) left += sink.name + " " + std::to_string(pending) + ", ";
  }
  if (left.empty() && not_received == 0) {
    spdlog::info("stopped: every event was delivered");
    return false;
  }
  if (on_disk && not_received == 0) {
    spdlog::info("stopped: kept on the disk for the next start: {}",
                 left.substr(0, left.size() - 2));
    return false;
  }
  if (left.empty()) left = "none, ";
  spdlog::error("stopped with events not delivered: {}not received: {}", left, not_received);
  return true;
}

}  // namespace eventer
