#include "pipeline/sink_manager.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "pipeline/sink_worker.h"

namespace eventer {
namespace {

// What is in a sink's hands cannot be dropped while its attempt hangs. All hands together may
// hold a quarter of the log: a window is two batches.
BatchLimits CutToLog(BatchLimits limits, std::size_t log_bytes, std::size_t sinks) {
  limits.bytes = std::min(limits.bytes, log_bytes / (8 * sinks));
  return limits;
}

}  // namespace

SinkManager::SinkManager(Clock& clock, Stats& stats, EventLog& log,
                         std::vector<ConfiguredSink> sinks)
    : clock_(clock), stalls_(log.max_bytes()) {
  for (ConfiguredSink& configured : sinks) {
    SinkStats& sink_stats = stats.sinks.emplace_back();
    sink_stats.name = configured.name;
    sink_stats.exporter = configured.sink->name();
    const ReaderId reader = log.Open(sink_stats, configured.filter);
    const BatchLimits limits = CutToLog(configured.sink->limits(), log.max_bytes(), sinks.size());
    workers_.push_back(std::make_unique<SinkWorker>(clock, sink_stats, log, reader,
                                                    std::move(configured.sink), limits,
                                                    std::move(configured.dead_letters)));
  }
}

void SinkManager::Start() {
  for (auto& worker : workers_) worker->Start();
}

SinkManager::~SinkManager() {
  for (auto& worker : workers_) worker->RequestStop();
}

std::set<ReaderId> SinkManager::Stalled(SteadyTime full_since) {
  // Read first: what a sink settles while we look must not seem older than it is.
  const SteadyTime now = clock_.Steady();
  std::vector<SinkPace> paces;
  for (auto& worker : workers_) paces.push_back(worker->Pace());
  std::set<ReaderId> stalled = stalls_.Stalled(paces, full_since, now);
  for (std::size_t i = 0; i < paces.size(); ++i) {
    SinkStats& sink = workers_[i]->stats();
    const bool now_stalled = stalled.contains(paces[i].reader);
    if (sink.stalled.exchange(now_stalled) == now_stalled) continue;
    spdlog::warn("{}: {}, {} events pending", sink.name,
                 now_stalled ? "stalled" : "no longer stalled", sink.pending.load());
  }
  return stalled;
}

std::size_t SinkManager::Shutdown(SteadyTime deadline) {
  for (auto& worker : workers_) worker->BeginLastAttempts();
  for (auto& worker : workers_) worker->AwaitEnd(deadline);
  for (auto& worker : workers_) worker->RequestStop();
  const SteadyTime last = clock_.Steady() + kStopPatience;
  std::size_t stuck = 0;
  for (auto& worker : workers_) stuck += worker->AwaitEnd(last) ? 0 : 1;
  return stuck;
}

}  // namespace eventer
