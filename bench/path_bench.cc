// The whole path of many events: TLS, HTTP client, decoder, EventBuffer, Housekeeper, EventLog,
// a worker and a sink that does nothing.
//
//   path_bench SCRATCH [EVENTS [CHUNK]]
//
// SCRATCH is a folder to write a kubeconfig to, CHUNK the bytes of an HTTP chunk (64 KiB; 1: each
// event is a chunk, as a kube-apiserver writes them). Prints "name value" lines: events_per_second,
// cpu_us_per_event (of this process alone), peak_mb.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "event_server.h"
#include "kube/kube_api.h"
#include "kube/kubernetes_source.h"
#include "net/cpprest_http_client.h"
#include "pipeline/event_buffer.h"
#include "pipeline/event_log.h"
#include "pipeline/housekeeper.h"
#include "pipeline/sink_manager.h"

namespace eventer {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kLogBytes = 64 << 20;  // --buffer-bytes' default
constexpr Duration kTimeout = seconds(120);

class NullSink : public EventSink {
 public:
  std::string_view name() const override { return "NullSink"; }
  BatchLimits limits() const override { return {.events = 1000, .bytes = 4 << 20}; }
  ExportResult ExportEvents(const EventBatch& batch, std::stop_token) override {
    ExportResult result;
    result.events.resize(batch.events.size());
    return result;
  }
};

std::shared_ptr<KubeApi> ConnectTo(const EventServer& server, const std::string& scratch) {
  const std::string config = scratch + "/kubeconfig", ca = scratch + "/ca.pem";
  std::ofstream(ca) << server.ca_pem();
  std::ofstream(config) << "current-context: bench\n"
                           "clusters: [{name: bench, cluster: {server: '"
                        << server.url() << "', certificate-authority: '" << ca
                        << "'}}]\n"
                           "contexts: [{name: bench, context: {cluster: bench, user: bench}}]\n"
                           "users: [{name: bench, user: {token: bench}}]\n";
  SinkUri uri = SinkUri::Parse("--source", "kubernetes:?inClusterConfig=false&auth=" + config);
  return NewKubeApi(SystemClock(), uri, [](const HttpClientOptions& options) {
    return NewCpprestHttpClient(SystemClock(), options);
  });
}

std::vector<ConfiguredSink> OneNullSink() {
  std::vector<ConfiguredSink> sinks;
  sinks.push_back({"null", std::make_unique<NullSink>(), EventFilter()});
  return sinks;
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto to_seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return to_seconds(usage.ru_utime) + to_seconds(usage.ru_stime);
}

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

void AwaitDelivered(const Stats& stats, std::size_t events) {
  Clock& clock = SystemClock();
  const SteadyTime deadline = clock.Steady() + kTimeout;
  while (stats.sinks.front().delivered < events) {
    if (clock.Steady() > deadline) throw std::runtime_error("not all events were delivered");
    SleepUntil(clock, {}, clock.Steady() + milliseconds(2));
  }
}

void Run(const std::string& scratch, std::size_t events, std::size_t chunk) {
  const EventServer server(events, chunk);
  Clock& clock = SystemClock();
  Stats stats;
  InitHttpThreads(3);
  KubernetesSourceOptions options;
  options.api = ConnectTo(server, scratch);
  auto source = NewKubernetesSource(clock, stats, options);

  EventBuffer buffer(clock, stats);
  auto log = NewMemoryEventLog(clock, stats, kLogBytes);
  SinkManager manager(clock, stats, *log, OneNullSink());
  manager.Start();
  Housekeeper housekeeper(
      clock, stats, buffer, *log,
      [&](SteadyTime full_since) { return manager.Stalled(full_since); }, milliseconds(100));

  const double cpu_before = CpuSeconds();
  const SteadyTime begin = clock.Steady();
  const std::jthread housekeeping([&](std::stop_token stop) { housekeeper.Run(stop); });
  const std::jthread watching([&](std::stop_token stop) {
    source->Run(stop, [&](SourceEntry& entry, Duration patience, std::stop_token stop_waiting) {
      return buffer.Push(entry, patience, stop_waiting);
    });
  });
  AwaitDelivered(stats, events);
  const std::chrono::duration<double> elapsed = clock.Steady() - begin;
  const auto count = static_cast<double>(events);
  std::printf("events_per_second %.0f\n", count / elapsed.count());
  std::printf("cpu_us_per_event %.2f\n", (CpuSeconds() - cpu_before) * 1e6 / count);
  std::printf("peak_mb %.1f\n", PeakMegabytes());
}

}  // namespace
}  // namespace eventer

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: path_bench SCRATCH [EVENTS [CHUNK]]\n");
    return 2;
  }
  try {
    eventer::Run(argv[1], argc > 2 ? std::stoul(argv[2]) : 200'000,
                 argc > 3 ? std::stoul(argv[3]) : 64 << 10);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "path_bench: %s\n", error.what());
    return 1;
  }
}
