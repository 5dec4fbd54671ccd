#include "kube/source_harness.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "eventer/time_format.h"

namespace eventer {

std::string EventJson(const std::string& name, const std::string& ns, int seconds,
                      const std::string& message) {
  const std::string time = FormatRfc3339Nano(FakeClock().Wall() + std::chrono::seconds(seconds));
  nlohmann::ordered_json event;
  event["metadata"] = {{"name", name}, {"namespace", ns}, {"uid", "uid-" + name}};
  event["metadata"]["creationTimestamp"] = time;
  event["involvedObject"] = {{"kind", "Pod"}, {"namespace", ns}, {"name", "pod"}};
  event["reason"] = "Started";
  event["message"] = message;
  event["lastTimestamp"] = time;
  event["count"] = 1;
  event["type"] = "Normal";
  return event.dump();
}

KubernetesSourceOptions From(const std::string& version, std::optional<WallTime> time) {
  KubernetesSourceOptions options;
  options.stored.versions[""] = version;
  if (time) options.stored.times[""] = *time;
  return options;
}

void Await(const std::function<bool()>& done) {
  while (!done()) std::this_thread::yield();
}

EventReceiver Received::Receiver() {
  return [this](SourceEntry& entry, Duration patience, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    full_ = room_ && *room_ == 0;
    changed_.notify_all();
    const bool room = clock_.WaitUntil(lock, changed_, stop, clock_.Steady() + patience,
                                       [this] { return !room_ || *room_ > 0; });
    if (!room) return false;
    if (room_) --*room_;
    entries_.push_back(std::move(entry));
    changed_.notify_all();
    return true;
  };
}

void Received::SetRoom(std::optional<std::size_t> entries) {
  {
    std::lock_guard lock(mutex_);
    room_ = entries;
  }
  changed_.notify_all();
}

std::vector<SourceEntry> Received::entries() const {
  std::lock_guard lock(mutex_);
  return entries_;
}

std::vector<std::string> Received::names() const {
  std::vector<std::string> names;
  for (const SourceEntry& entry : entries()) {
    if (entry.event) names.push_back(entry.event->name + "@" + entry.event->resource_version);
  }
  return names;
}

std::string Received::position(const std::string& watch) const {
  std::string version;
  for (const SourceEntry& entry : entries()) {
    if (entry.watch == watch) version = entry.resource_version;
  }
  return version;
}

void Received::AwaitFull() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return full_; });
}

void Received::AwaitEvents(std::size_t count) const {
  Await([&] { return names().size() >= count; });
}

void Received::AwaitPosition(const std::string& version, const std::string& watch) const {
  Await([&] { return position(watch) == version; });
}

void SourceHarness::Start(KubernetesSourceOptions options) {
  if (!client) client = std::make_shared<FakeKubeClient>(api, clock);
  KubeConfig config;
  config.server = "https://api.test";
  options.api = NewKubeApi(clock, std::move(config), FakeFactory(client));
  RunSource(options);
}

void SourceHarness::RunSource(const KubernetesSourceOptions& options) {
  stats.watch_pulses.clear();
  source_ = NewKubernetesSource(clock, stats, options);
  thread_ = std::jthread([this](std::stop_token stop) { source_->Run(stop, received.Receiver()); });
}

void SourceHarness::AwaitOpen(int watches) {
  api.AwaitWatches(watches);
  Await([this] { return stats.source.connected.load(); });
}

void SourceHarness::StartWatching(KubernetesSourceOptions options) {
  Start(std::move(options));
  AwaitOpen(1);
  clock.AwaitWaiters(1);
  clock.Advance(std::chrono::seconds(5));
}

void SourceHarness::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void SourceHarness::AdvanceUntil(const std::function<bool()>& done, Duration step) {
  while (!done()) {
    // Every watch has done what it could at this time.
    clock.AwaitWaiters(stats.watch_pulses.size());
    if (!done()) clock.Advance(step);
  }
}

}  // namespace eventer
