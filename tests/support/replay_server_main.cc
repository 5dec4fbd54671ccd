// replay-api-server: a small Kubernetes API server that has nothing but events.
//
//   replay-api-server --events FILE [--port N] [--events-per-second R] [--count N]
//                     [--stored N] [--burst N] [--event-bytes N] [--tls-cert F --tls-key F]
//
// Prints its URL, then replays the recorded events in a loop at a human pace until SIGINT or
// SIGTERM. --stored begins with that many stored events, --burst posts that many at once when the
// first watch opens: load for benchmarks. Events can be posted as well.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>

#include "eventer/clock.h"
#include "support/event_replay.h"
#include "support/fake_kube_api.h"
#include "support/kube_api_server.h"

namespace eventer {
namespace {

struct ReplayOptions {
  KubeApiServerOptions server;
  std::string events_file;
  double events_per_second = 0.5;
  std::uint64_t count = 0;  // 0: no end
  std::uint64_t stored = 0, burst = 0;
  std::size_t event_bytes = 1024;
};

// The API server keeps an event for an hour; at a human pace that is fewer than this.
constexpr std::size_t kKept = 2000;

void PutStored(FakeKubeApi& api, const ReplayOptions& options) {
  const WallTime now = SystemClock().Wall();
  for (std::uint64_t i = 0; i < options.stored; ++i) {
    api.Put(EventReplay::Load(i, now, options.event_bytes));
  }
}

void PostBurst(FakeKubeApi& api, const ReplayOptions& options, std::stop_token stop) {
  const WallTime now = SystemClock().Wall();
  std::vector<FakeKubeApi::Prepared> events;
  events.reserve(options.burst);
  for (std::uint64_t i = 0; i < options.burst; ++i) {
    events.push_back(EventReplay::Load(options.stored + i, now, options.event_bytes));
  }
  if (!api.AwaitWatches(1, stop)) return;
  for (const FakeKubeApi::Prepared& event : events) api.Put(event);
  std::cout << "posted " << events.size() << " events" << std::endl;
}

void Replay(FakeKubeApi& api, const ReplayOptions& options, std::stop_token stop) {
  std::ifstream file(options.events_file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EventReplay replay(text);
  Clock& clock = SystemClock();
  const auto pause = std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(1 / options.events_per_second));
  SteadyTime next = clock.Steady();
  for (std::uint64_t told = 0; options.count == 0 || told < options.count; ++told) {
    api.Put(replay.Next(clock.Wall()));
    if (api.stored() > kKept + options.stored) {
      api.DeleteOldest(kKept / 10);
      api.Compact(api.version() - std::min<std::uint64_t>(api.version(), kKept));
    }
    if (!SleepUntil(clock, stop, next += pause)) return;
  }
}

int Serve(const ReplayOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // threads inherit it
  signal(SIGPIPE, SIG_IGN);

  FakeKubeApi api;
  PutStored(api, options);
  KubeApiServer server(api, options.server);
  std::cout << server.url() << std::endl;
  std::jthread burst, replay;
  if (options.burst > 0) {
    burst = std::jthread([&](std::stop_token stop) { PostBurst(api, options, stop); });
  }
  if (!options.events_file.empty()) {
    replay = std::jthread([&](std::stop_token stop) { Replay(api, options, stop); });
  }
  int signal_number = 0;
  sigwait(&signals, &signal_number);
  return 0;
}

}  // namespace
}  // namespace eventer

int main(int argc, char** argv) {
  eventer::ReplayOptions options;
  CLI::App app("A small Kubernetes API server that replays recorded events.");
  app.add_option("--port", options.server.port, "port on 127.0.0.1; 0: any free one");
  app.add_option("--events", options.events_file, "one event's JSON per line")
      ->check(CLI::ExistingFile);
  app.add_option("--events-per-second", options.events_per_second)->check(CLI::PositiveNumber);
  app.add_option("--count", options.count, "replay so many; 0: no end");
  app.add_option("--stored", options.stored, "begin with so many stored events");
  app.add_option("--burst", options.burst, "post so many at once when the first watch opens");
  app.add_option("--event-bytes", options.event_bytes, "size of stored and burst events");
  auto* cert = app.add_option("--tls-cert", options.server.cert_file)->check(CLI::ExistingFile);
  auto* key = app.add_option("--tls-key", options.server.key_file)->check(CLI::ExistingFile);
  cert->needs(key);
  key->needs(cert);
  CLI11_PARSE(app, argc, argv);
  try {
    return eventer::Serve(options);
  } catch (const std::exception& error) {
    std::cerr << "replay-api-server: " << error.what() << "\n";
    return 2;
  }
}
