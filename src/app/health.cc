#include "app/health.h"

#include <utility>

#include "eventer/text.h"

namespace eventer {
namespace {

constexpr char kIndex[] =
    "kube-eventer\n"
    "/livez    is every thread alive (also /healthz, /healtz); ?verbose, ?exclude=CHECK, "
    "/livez/CHECK\n"
    "/readyz   is the source connected; ?verbose adds the books of each sink\n"
    "/metrics  Prometheus text\n";

std::uint64_t Sum(const CauseCounters& counters) {
  std::uint64_t sum = 0;
  for (const Counter& counter : counters) sum += counter;
  return sum;
}

}  // namespace

HealthEndpoints::HealthEndpoints(const Clock& clock, const Stats& stats, MetricsSettings metrics)
    : clock_(clock), stats_(stats), metrics_(std::move(metrics)) {}

HttpServerResponse HealthEndpoints::Answer(const HttpServerRequest& request) const {
  const HealthTarget target = ParseHealthTarget(request.target);
  if (target.path == "/livez" || target.path == "/healthz" || target.path == "/healtz") {
    return ReportHealth(target, LivenessChecks(), "");
  }
  if (target.path == "/readyz") return ReportHealth(target, ReadinessChecks(), Books());
  if (!target.check.empty()) return NotFound();
  if (target.path == "/metrics") {
    return {200, kMetricsContentType, RenderMetrics(stats_, metrics_)};
  }
  if (target.path == "/") return {200, "text/plain; charset=utf-8", kIndex};
  return NotFound();
}

std::vector<HealthCheck> HealthEndpoints::LivenessChecks() const {
  const SteadyTime now = clock_.Steady();
  std::vector<HealthCheck> checks = {{"ping", ""}};
  auto check = [&](const std::string& thread, const Pulse& pulse) {
    checks.push_back({thread, pulse.Stuck(now) ? "thread made no step for two minutes" : ""});
  };
  const std::size_t watches = stats_.watch_pulses.size();
  for (std::size_t i = 0; i < watches; ++i) {
    check(watches == 1 ? "watch" : "watch:" + std::to_string(i + 1), stats_.watch_pulses[i]);
  }
  check("housekeep", stats_.housekeeper_pulse);
  for (const SinkStats& sink : stats_.sinks) check("sink:" + sink.name, sink.pulse);
  return checks;
}

std::vector<HealthCheck> HealthEndpoints::ReadinessChecks() const {
  std::string trouble;
  if (!stats_.source.connected) {
    trouble = OneLine(stats_.source.trouble.Get());
    if (trouble.empty()) trouble = "not connected yet";
  }
  return {{"ping", ""}, {"source", trouble}, {"shutdown", stopping_ ? "stopping" : ""}};
}

std::string HealthEndpoints::Books() const {
  std::string text;
  if (stats_.disk_failing) text += "event log: " + OneLine(stats_.disk_trouble.Get()) + "\n";
  auto item = [&](const char* name, std::uint64_t value) { text += name + std::to_string(value); };
  const auto books = [&](const SinkStats& sink) {
    text += "sink " + sink.name;
    item(": received ", sink.received);
    item(" = filtered ", sink.filtered);
    item(" + delivered ", sink.delivered);
    item(" + rejected ", Sum(sink.rejected));
    item(" + dropped ", Sum(sink.dropped));
    item(" + pending ", sink.pending);
  };
  for (const SinkStats& sink : stats_.sinks) {
    books(sink);
    if (sink.stalled) text += "; stalled";
    const std::string trouble = OneLine(sink.trouble.Get());
    if (!trouble.empty()) text += "; " + trouble;
    text += "\n";
  }
  for (const SinkStats& gone : stats_.gone_sinks) {
    books(gone);
    text += "; configured no more\n";
  }
  return text;
}

}  // namespace eventer
